using System.IO.Compression;

namespace Spa.Engine.Data;

/// <summary>Unpacks a .gz as it is read and stops where the ratio is one that only a crafted file has.</summary>
internal sealed class GzipSource(Stream packed, string path, RowLimits limits) : Stream
{
    private readonly GZipStream _gzip = new(packed, CompressionMode.Decompress);
    private long _unpacked;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => _unpacked; set => throw new NotSupportedException(); }

    public override int Read(Span<byte> buffer)
    {
        int got;
        try
        {
            got = _gzip.Read(buffer);
        }
        catch (InvalidDataException e)
        {
            throw new SpaException($"{path}: expected gzip data, found a damaged or cut file after {_unpacked} unpacked bytes; make the file again", e);
        }

        _unpacked += got;
        if (_unpacked > limits.ExpansionFloor && _unpacked / Math.Max(1, packed.Position) > limits.MaxExpansion)
        {
            throw new SpaException($"{path}: unpacks to more than {limits.MaxExpansion} times its size, which no text does; unpack it by hand if you trust it");
        }

        return got;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override void Flush() { }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing) _gzip.Dispose();
        base.Dispose(disposing);
    }
}
