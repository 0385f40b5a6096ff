using Spa.Engine.Compute.Cpu.Simd;

namespace Spa.Engine.Compute.Cpu;

public sealed unsafe partial class CpuBackend
{
    private readonly AttentionScratch _attention = new();

    public override void AttentionForward(Tensor output, Tensor lse, Tensor q, Tensor k, Tensor v, AttentionBatch batch, AttentionShape shape)
    {
        CheckAttention(nameof(AttentionForward), shape, DType.Float32, q.Rows, lse, [q, output], [k, v]);
        switch (_simd)
        {
            case SimdLevel.Vector512: Forward<Lanes512>(output, lse, q, k, v, batch, shape); break;
            case SimdLevel.Vector256: Forward<Lanes256>(output, lse, q, k, v, batch, shape); break;
            default: Forward<Lanes128>(output, lse, q, k, v, batch, shape); break;
        }
    }

    public override void AttentionBackward(Tensor dq, Tensor dk, Tensor dv, Tensor dout, Tensor output, Tensor lse, Tensor q, Tensor k, Tensor v,
        AttentionBatch batch, AttentionShape shape)
    {
        CheckAttention(nameof(AttentionBackward), shape, DType.Float32, q.Rows, lse, [q, dq, dout, output], [k, v, dk, dv]);
        switch (_simd)
        {
            case SimdLevel.Vector512: Backward<Lanes512>(dq, dk, dv, dout, output, lse, q, k, v, batch, shape); break;
            case SimdLevel.Vector256: Backward<Lanes256>(dq, dk, dv, dout, output, lse, q, k, v, batch, shape); break;
            default: Backward<Lanes128>(dq, dk, dv, dout, output, lse, q, k, v, batch, shape); break;
        }
    }

    private void Forward<TLanes>(Tensor output, Tensor lse, Tensor q, Tensor k, Tensor v, AttentionBatch batch, AttentionShape shape) where TLanes : unmanaged, ILanes<TLanes>
    {
        AttentionPlan plan = PlanAttention(batch, q.Rows, shape);
        foreach ((int start, int count) in plan.Gaps)
        {
            Fill(output.RowRange(start, count), 0);
            Fill(lse.RowRange(start, count), float.NegativeInfinity);
        }
        var job = new AttentionForwardJob<TLanes>
        {
            Scratch = _attention,
            Plan = plan,
            Batch = batch,
            Shape = shape,
            Q = new(q),
            K = new(k),
            V = new(v),
            Output = new(output),
            Lse = new(lse),
        };
        _pool.Run(job, plan.QueryTiles.Length * shape.KvHeads);
    }

    private void Backward<TLanes>(Tensor dq, Tensor dk, Tensor dv, Tensor dout, Tensor output, Tensor lse, Tensor q, Tensor k, Tensor v,
        AttentionBatch batch, AttentionShape shape) where TLanes : unmanaged, ILanes<TLanes>
    {
        AttentionPlan plan = PlanAttention(batch, q.Rows, shape);
        float* delta = _attention.Shared(Math.Max(1, q.Rows * shape.Heads) * sizeof(float));
        foreach ((int start, int count) in plan.Gaps) Fill(dq.RowRange(start, count), 0);
        var queries = new AttentionQueryGradientJob<TLanes>
        {
            Scratch = _attention,
            Plan = plan,
            Batch = batch,
            Shape = shape,
            Q = new(q),
            K = new(k),
            V = new(v),
            Output = new(output),
            Lse = new(lse),
            Dout = new(dout),
            Dq = new(dq),
            Delta = delta,
        };
        _pool.Run(queries, plan.QueryTiles.Length * shape.KvHeads);
        var keys = new AttentionKeyGradientJob<TLanes>
        {
            Scratch = _attention,
            Plan = plan,
            Batch = batch,
            Shape = shape,
            Q = new(q),
            K = new(k),
            V = new(v),
            Lse = new(lse),
            Dout = new(dout),
            Dk = new(dk),
            Dv = new(dv),
            Delta = delta,
        };
        _pool.Run(keys, plan.KeyTiles.Length * shape.KvHeads);
    }

    private AttentionPlan PlanAttention(AttentionBatch batch, long rows, AttentionShape shape)
    {
        _attention.Reserve(_pool.Threads, AttentionTile.BytesOf(shape));
        return AttentionPlan.Of(batch, rows, AttentionTile.QueriesOf(shape));
    }

    private static void Fill(Tensor tensor, float value)
    {
        for (long r = 0; r < tensor.Rows; r++) new Span<float>((float*)tensor.Address + r * tensor.Stride, tensor.Columns).Fill(value);
    }
}
