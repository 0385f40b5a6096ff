using Spa.Engine.Compute.Cuda.Arguments;
using Spa.Engine.Compute.Cuda.Kernels;

namespace Spa.Engine.Compute.Cuda;

public sealed unsafe partial class CudaBackend
{
    /// <inheritdoc/>
    /// <remarks>With activations and cache of one type the kernel is that of <see cref="AttentionForward"/>, and so are the bits.</remarks>
    public override void AttentionPaged(Tensor output, Tensor q, KvCache cache, int layer, PagedRows rows, AttentionShape shape)
    {
        CheckLayer(nameof(AttentionPaged), cache, layer);
        CheckCache(nameof(AttentionPaged), shape, cache);
        DType type = ActivationType(q);
        CheckMatrix(nameof(AttentionPaged), q, type, rows.Count, shape.Heads * shape.HeadDim);
        CheckMatrix(nameof(AttentionPaged), output, type, rows.Count, shape.Heads * shape.HeadDim);
        AttentionTiling tiling = TilingOf(nameof(AttentionPaged), shape, type == DType.Float32 || cache.Type == DType.Float32);
        PagedWork work = PreparePaged(rows, cache.Pages, shape.Heads / shape.KvHeads, tiling);
        work.CheckPages(rows, shape.Window);
        if (tiling.IsFloat) PagedFloat(output, q, cache, layer, work, tiling, shape);
        else PagedTensor(output, q, cache, layer, work, tiling, shape);
    }

    private void PagedFloat(Tensor output, Tensor q, KvCache cache, int layer, PagedWork work, AttentionTiling tiling, AttentionShape shape)
    {
        nint list = _pagedWords.Address;
        int grid = AttentionGrid((long)work.Shape.LargeRoom * shape.KvHeads, AttentionTiling.Threads, tiling.PagedShared);
        Launch(AttentionKernels.ForwardFloat.With(tiling.HeadDim, 1, Bf16(q), Bf16(cache.Keys)), new LaunchShape(grid, 1, 1, AttentionTiling.Threads, tiling.PagedShared), new AttentionForwardFloatArgs
        {
            Q = q.Address,
            K = LayerOf(cache, cache.Keys, layer),
            V = LayerOf(cache, cache.Values, layer),
            Output = output.Address,
            Items = list + work.LargeOffset,
            Count = list + sizeof(int),
            Pages = list + work.PagesOffset,
            Positions = list + work.PositionsOffset,
            Chunks = work.Shape.HasChunks ? Scratch((long)grid * tiling.KeptFloats(tiling.PagedRows) * sizeof(float)) : 0,
            QStride = q.Stride,
            OutputStride = output.Stride,
            KvHeads = shape.KvHeads,
            Group = shape.Heads / shape.KvHeads,
            HeadDim = shape.HeadDim,
            Window = shape.Window,
            Scale = shape.Scale,
            SoftCap = shape.SoftCap,
        });
    }

    private void PagedTensor(Tensor output, Tensor q, KvCache cache, int layer, PagedWork work, AttentionTiling tiling, AttentionShape shape)
    {
        nint list = _pagedWords.Address;
        PagedShape paged = work.Shape;
        int smallGrid = AttentionGrid((long)paged.SmallRoom * shape.KvHeads, 32, tiling.DecodeShared), largeGrid = AttentionGrid((long)paged.LargeRoom * shape.KvHeads, AttentionTiling.Threads, tiling.PagedShared);
        long partialRows = paged.HasSplits ? (long)paged.SlotRoom * shape.KvHeads * AttentionTiling.WarpRows : 0, keptFloats = paged.HasChunks ? (long)largeGrid * tiling.KeptFloats(tiling.PagedRows) : 0;
        nint partial = partialRows + keptFloats > 0 ? Scratch((partialRows * (tiling.HeadDim + 2) + keptFloats) * sizeof(float)) : 0;
        nint statistics = partial + (nint)(partialRows * tiling.HeadDim * sizeof(float));
        var args = new AttentionForwardArgs
        {
            Q = q.Address,
            K = LayerOf(cache, cache.Keys, layer),
            V = LayerOf(cache, cache.Values, layer),
            Output = output.Address,
            Items = list + PagedWork.SmallOffset,
            Count = list,
            Pages = list + work.PagesOffset,
            Positions = list + work.PositionsOffset,
            Partial = partial,
            PartialStatistics = statistics,
            Chunks = statistics + (nint)(partialRows * 2 * sizeof(float)),
            QStride = q.Stride,
            OutputStride = output.Stride,
            KvHeads = shape.KvHeads,
            Group = shape.Heads / shape.KvHeads,
            HeadDim = shape.HeadDim,
            Window = shape.Window,
            Scale = shape.Scale,
            SoftCap = shape.SoftCap,
            IsVector = AttentionAccess(shape.HeadDim, [q], [], [output], []),
        };
        if (paged.HasSmall) Launch(AttentionKernels.Forward.With(tiling.HeadDim, 1, 1), new LaunchShape(smallGrid, 1, 1, 32, tiling.DecodeShared), args);
        if (paged.HasLarge)
        {
            (args.Items, args.Count) = (list + work.LargeOffset, list + sizeof(int));
            Launch(AttentionKernels.Forward.With(tiling.HeadDim, 1, 4), new LaunchShape(largeGrid, 1, 1, AttentionTiling.Threads, tiling.PagedShared), args);
        }

        if (!paged.HasSplits) return;
        int combineGrid = (int)Math.Min(8L * Properties.Multiprocessors, (long)paged.SplitRoom * shape.KvHeads * AttentionTiling.WarpRows / 4);
        Launch(AttentionKernels.Combine.With(tiling.HeadDim), new LaunchShape(combineGrid, 1, 1, AttentionTiling.Threads), new AttentionCombineArgs
        {
            Partial = partial,
            PartialStatistics = statistics,
            Output = output.Address,
            Splits = list + work.SplitsOffset,
            Count = list + 2 * sizeof(int),
            OutputStride = output.Stride,
            KvHeads = shape.KvHeads,
            Group = shape.Heads / shape.KvHeads,
            HeadDim = shape.HeadDim,
            Scale = shape.Scale,
            SoftCap = shape.SoftCap,
        });
    }
}
