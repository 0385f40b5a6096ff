namespace Spa.Benchmarks;

/// <summary>[M, K] times [K, N].</summary>
public sealed record MatMulShape(int M, int N, int K) : IBenchmarkWork
{
    public double Flops => 2.0 * M * N * K;

    public double Bytes => 4.0 * ((double)M * K + (double)N * K + (double)M * N);

    public override string ToString() => $"{M}x{N}x{K}";
}
