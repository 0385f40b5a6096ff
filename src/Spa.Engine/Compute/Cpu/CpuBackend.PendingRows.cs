namespace Spa.Engine.Compute.Cpu;

public sealed unsafe partial class CpuBackend
{
    public override void Sample(Tensor tokens, Tensor logps, Tensor logits, ReadOnlySpan<SamplingRow> rows, float softCap) => throw new NotImplementedException();

    public override void TopLogProbs(Tensor ids, Tensor logps, Tensor logits, float softCap) => throw new NotImplementedException();
}
