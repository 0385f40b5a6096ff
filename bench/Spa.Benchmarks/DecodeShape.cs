using Spa.Engine.Compute;

namespace Spa.Benchmarks;

/// <summary>A few rows times a packed weight [N, K] that no cache holds: its bytes are the work.</summary>
public sealed record DecodeShape(int Rows, DType Type) : IBenchmarkWork
{
    /// <summary>The head of a model with 576 channels; 113 MB in float32.</summary>
    public const int N = 49152;

    public const int K = 576;

    public double Flops => 2.0 * Rows * N * K;

    public double Bytes => (double)N * K * Type.Size();

    public override string ToString() => $"{Rows} rows {Type}";
}
