using Spa.Engine.Compute;

namespace Spa.Benchmarks;

/// <summary>One token for each of 32 sequences of 400 through ten layers of a SmolLM2-135M cache, which no processor cache holds: its bytes are the work.</summary>
public sealed record AttentionDecodeWork(DType Type) : IBenchmarkWork
{
    internal const int Sequences = 32;
    internal const int Length = 400;
    internal const int Layers = 10;

    public double Flops => 0;

    public double Bytes => 2.0 * Layers * Sequences * Length * AttentionWork.Shape.KvHeads * AttentionWork.Shape.HeadDim * Type.Size();

    public override string ToString() => $"{Type} cache";
}
