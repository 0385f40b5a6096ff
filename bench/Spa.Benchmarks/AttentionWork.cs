using Spa.Engine.Compute;

namespace Spa.Benchmarks;

/// <summary>Causal attention of one layer of SmolLM2-135M over segments of equal length. Only the products a causal mask leaves count.</summary>
public sealed record AttentionWork(int Segments, int Tokens, bool IsBackward) : IBenchmarkWork
{
    internal static AttentionShape Shape => new(Heads: 9, KvHeads: 3, HeadDim: 64, Scale: 0.125f);

    /// <summary>Two products forward; five backward, of which recomputing the scores is one. What a kernel does beyond that does not count.</summary>
    public double Flops => (IsBackward ? 5 : 2) * 2.0 * Segments * Tokens * (Tokens + 1) / 2 * Shape.Heads * Shape.HeadDim;

    public double Bytes => 0;

    public override string ToString() => $"{(IsBackward ? "backward" : "forward")} {Segments} x {Tokens}";
}
