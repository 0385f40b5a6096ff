using Spa.Engine.Compute.Cuda.Arguments;
using Spa.Engine.Compute.Cuda.Kernels;

namespace Spa.Engine.Compute.Cuda;

public sealed unsafe partial class CudaBackend
{
    /// <inheritdoc/>
    public override void AttentionBackward(Tensor dq, Tensor dk, Tensor dv, Tensor dout, Tensor output, Tensor lse, Tensor q, Tensor k, Tensor v,
        AttentionBatch batch, AttentionShape shape)
    {
        CheckAttention(nameof(AttentionBackward), shape, ActivationType(q), q.Rows, lse, [q, dq, dout, output], [k, v, dk, dv]);
        AttentionTiling tiling = TilingOf(nameof(AttentionBackward), shape, q.Type == DType.Float32);
        AttentionWork work = PrepareAttention(batch, q.Rows, shape, q.Type);
        nint delta = Scratch(Math.Max(1, q.Rows * shape.Heads) * sizeof(float));
        Launch(AttentionKernels.Delta.With(Bf16(q)), new LaunchShape((int)Math.Min(8L * Properties.Multiprocessors, (q.Rows * shape.Heads + 7) / 8), 1, 1, 256), new AttentionDeltaArgs
        {
            Dout = dout.Address,
            Output = output.Address,
            Delta = delta,
            Rows = checked((int)q.Rows),
            Heads = shape.Heads,
            HeadDim = shape.HeadDim,
            DoutStride = dout.Stride,
            OutputStride = output.Stride,
        });
        QueryGradient(dq, dout, lse, delta, q, k, v, work, tiling, shape);
        KeyGradient(dk, dv, dout, lse, delta, q, k, v, work, tiling, shape);
    }

    private void QueryGradient(Tensor dq, Tensor dout, Tensor lse, nint delta, Tensor q, Tensor k, Tensor v, AttentionWork work, AttentionTiling tiling, AttentionShape shape)
    {
        nint list = _attentionWords.Address;
        int grid = AttentionGrid((long)work.Items * shape.KvHeads * tiling.QueryParts, AttentionTiling.Threads, tiling.QueryShared);
        var launch = new LaunchShape(grid, 1, 1, AttentionTiling.Threads, tiling.QueryShared);
        var args = new AttentionQueryGradientArgs
        {
            Q = q.Address,
            K = k.Address,
            V = v.Address,
            Dout = dout.Address,
            Dq = dq.Address,
            Lse = lse.Address,
            Delta = delta,
            Items = list + AttentionWork.ItemsOffset,
            Count = list,
            QStride = q.Stride,
            KStride = k.Stride,
            VStride = v.Stride,
            DoutStride = dout.Stride,
            DqStride = dq.Stride,
            LseStride = lse.Stride,
            KvHeads = shape.KvHeads,
            Group = shape.Heads / shape.KvHeads,
            HeadDim = shape.HeadDim,
            Window = shape.Window,
            Scale = shape.Scale,
            SoftCap = shape.SoftCap,
            IsVector = AttentionAccess(shape.HeadDim, [q], [k, v], [dq], [dout]),
        };
        Launch((tiling.IsFloat ? AttentionKernels.QueryGradientFloat : AttentionKernels.QueryGradient).With(tiling.HeadDim), launch, args);
    }

    private void KeyGradient(Tensor dk, Tensor dv, Tensor dout, Tensor lse, nint delta, Tensor q, Tensor k, Tensor v, AttentionWork work, AttentionTiling tiling, AttentionShape shape)
    {
        nint list = _attentionWords.Address;
        int grid = AttentionGrid((long)work.Tiles * shape.KvHeads * tiling.KeyParts, tiling.KeyThreads, tiling.KeyShared);
        var launch = new LaunchShape(grid, 1, 1, tiling.KeyThreads, tiling.KeyShared);
        var args = new AttentionKeyGradientArgs
        {
            Q = q.Address,
            K = k.Address,
            V = v.Address,
            Dout = dout.Address,
            Dk = dk.Address,
            Dv = dv.Address,
            Lse = lse.Address,
            Delta = delta,
            Tiles = list + work.TilesOffset,
            Segments = list + work.SegmentsOffset,
            Viewers = list + work.ViewersOffset,
            Count = list + sizeof(int),
            QStride = q.Stride,
            KStride = k.Stride,
            VStride = v.Stride,
            DoutStride = dout.Stride,
            DkStride = dk.Stride,
            DvStride = dv.Stride,
            LseStride = lse.Stride,
            KvHeads = shape.KvHeads,
            Group = shape.Heads / shape.KvHeads,
            HeadDim = shape.HeadDim,
            Window = shape.Window,
            Scale = shape.Scale,
            SoftCap = shape.SoftCap,
            IsVector = AttentionAccess(shape.HeadDim, [q], [k, v], [dk, dv], [dout]),
        };
        Launch((tiling.IsFloat ? AttentionKernels.KeyGradientFloat : AttentionKernels.KeyGradient).With(tiling.HeadDim), launch, args);
    }
}
