namespace Spa.Benchmarks;

/// <summary>Bytes that are read once.</summary>
public sealed record MemoryReadSize(long Length) : IBenchmarkWork
{
    public double Flops => 0;

    public double Bytes => Length;

    public override string ToString() => $"{Length >> 20} MiB";
}
