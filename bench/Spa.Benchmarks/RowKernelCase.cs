namespace Spa.Benchmarks;

/// <summary>A row kernel and the tensors of <see cref="RowKernelBenchmark.Elements"/> float32 that it must read or write.</summary>
public sealed record RowKernelCase(string Name, int Tensors) : IBenchmarkWork
{
    public double Flops => 0;

    public double Bytes => 4.0 * Tensors * RowKernelBenchmark.Elements;

    public override string ToString() => Name;
}
