namespace Spa.Engine.Data;

/// <summary>Reads ahead far enough to tell a file's kind, then gives every byte once; a UTF-8 byte order mark is left out.</summary>
internal sealed class PeekStream : Stream
{
    private readonly Stream _inner;
    private readonly byte[] _head = new byte[4096];
    private readonly int _headLength;
    private int _position;
    private long _passed;

    public PeekStream(Stream inner)
    {
        _inner = inner;
        _headLength = inner.ReadAtLeast(_head, _head.Length, throwOnEndOfStream: false);
        if (_head.AsSpan(0, _headLength).StartsWith("\uFEFF"u8)) _position = 3;
    }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    /// <summary>Bytes given so far, a left-out byte order mark included.</summary>
    public override long Position { get => _position + _passed; set => throw new NotSupportedException(); }

    public bool StartsWith(ReadOnlySpan<byte> magic) => _head.AsSpan(_position, _headLength - _position).StartsWith(magic);

    /// <summary>The first byte that is not white space, or 0 if the first 4 KiB hold none.</summary>
    public byte FirstTextByte()
    {
        int at = _head.AsSpan(_position, _headLength - _position).IndexOfAnyExcept(" \t\r\n"u8);
        return at < 0 ? (byte)0 : _head[_position + at];
    }

    public override int Read(Span<byte> buffer)
    {
        if (_position == _headLength)
        {
            int got = _inner.Read(buffer);
            _passed += got;
            return got;
        }
        int count = Math.Min(buffer.Length, _headLength - _position);
        _head.AsSpan(_position, count).CopyTo(buffer);
        _position += count;
        return count;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override void Flush() { }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
