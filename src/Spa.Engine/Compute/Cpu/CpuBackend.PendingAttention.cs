namespace Spa.Engine.Compute.Cpu;

public sealed unsafe partial class CpuBackend
{
    public override void AttentionForward(Tensor output, Tensor lse, Tensor q, Tensor k, Tensor v, AttentionBatch batch, AttentionShape shape) => throw new NotImplementedException();

    public override void AttentionBackward(Tensor dq, Tensor dk, Tensor dv, Tensor dout, Tensor output, Tensor lse, Tensor q, Tensor k, Tensor v, AttentionBatch batch, AttentionShape shape) => throw new NotImplementedException();

    public override void KvAppend(KvCache cache, int layer, Tensor k, Tensor v, PagedRows rows) => throw new NotImplementedException();

    public override void AttentionPaged(Tensor output, Tensor q, KvCache cache, int layer, PagedRows rows, AttentionShape shape) => throw new NotImplementedException();

    public override void KvCopyPage(KvCache cache, int destination, int source) => throw new NotImplementedException();
}
