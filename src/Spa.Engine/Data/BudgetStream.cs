namespace Spa.Engine.Data;

/// <summary>
/// Lets a reader take as much from a file as reading it a few times over needs, then throws. A damaged page header can send the Parquet
/// library back to where it was, without end; every such round costs something here.
/// </summary>
internal sealed class BudgetStream(Stream inner) : Stream
{
    /// <summary>A sound file is read about once; its headers byte by byte, and twice.</summary>
    private const long TimesOver = 16;

    private long _left = (TimesOver * inner.Length) + (1 << 20);

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length => inner.Length;

    public override long Position
    {
        get => inner.Position;
        set
        {
            Spend(1);
            inner.Position = value;
        }
    }

    public override int Read(Span<byte> buffer)
    {
        int got = inner.Read(buffer);
        Spend(got + 1);
        return got;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override long Seek(long offset, SeekOrigin origin)
    {
        Spend(1);
        return inner.Seek(offset, origin);
    }

    public override void Flush() { }

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    private void Spend(long cost)
    {
        _left -= cost;
        if (_left < 0) throw new IOException("its pages lead back to themselves");
    }
}
