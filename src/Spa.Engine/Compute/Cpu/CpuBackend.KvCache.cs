using Spa.Engine.Compute.Cpu.Simd;

namespace Spa.Engine.Compute.Cpu;

public sealed unsafe partial class CpuBackend
{
    public override void KvAppend(KvCache cache, int layer, Tensor k, Tensor v, PagedRows rows)
    {
        CheckLayer(nameof(KvAppend), cache, layer);
        CheckMatrix(nameof(KvAppend), k, DType.Float32, rows.Count, cache.KvHeads * cache.HeadDim);
        CheckMatrix(nameof(KvAppend), v, DType.Float32, rows.Count, cache.KvHeads * cache.HeadDim);
        switch (_simd)
        {
            case SimdLevel.Vector512: Append<Lanes512>(cache, layer, k, v, rows); break;
            case SimdLevel.Vector256: Append<Lanes256>(cache, layer, k, v, rows); break;
            default: Append<Lanes128>(cache, layer, k, v, rows); break;
        }
    }

    public override void AttentionPaged(Tensor output, Tensor q, KvCache cache, int layer, PagedRows rows, AttentionShape shape)
    {
        CheckLayer(nameof(AttentionPaged), cache, layer);
        CheckCache(nameof(AttentionPaged), shape, cache);
        CheckMatrix(nameof(AttentionPaged), q, DType.Float32, rows.Count, shape.Heads * shape.HeadDim);
        CheckMatrix(nameof(AttentionPaged), output, DType.Float32, rows.Count, shape.Heads * shape.HeadDim);
        switch (_simd)
        {
            case SimdLevel.Vector512: Paged<Lanes512>(output, q, cache, layer, rows, shape); break;
            case SimdLevel.Vector256: Paged<Lanes256>(output, q, cache, layer, rows, shape); break;
            default: Paged<Lanes128>(output, q, cache, layer, rows, shape); break;
        }
    }

    public override void KvCopyPage(KvCache cache, int destination, int source)
    {
        CheckPages(nameof(KvCopyPage), cache, destination, source);
        if (destination == source) return;
        long bytes = (long)cache.PageElements * cache.Type.Size();
        for (int layer = 0; layer < cache.Layers; layer++)
        {
            var pages = new KvPages(cache, layer);
            Buffer.MemoryCopy(pages.Keys(source, 0), pages.Keys(destination, 0), bytes, bytes);
            Buffer.MemoryCopy(pages.Values(source, 0), pages.Values(destination, 0), bytes, bytes);
        }
    }

    private void Append<TLanes>(KvCache cache, int layer, Tensor k, Tensor v, PagedRows rows) where TLanes : unmanaged, ILanes<TLanes>
    {
        var job = new KvAppendJob<TLanes>
        {
            Rows = rows,
            Pages = new(cache, layer),
            HeadDim = cache.HeadDim,
            K = new(k),
            V = new(v),
        };
        _pool.Run(job, cache.KvHeads);
    }

    private void Paged<TLanes>(Tensor output, Tensor q, KvCache cache, int layer, PagedRows rows, AttentionShape shape) where TLanes : unmanaged, ILanes<TLanes>
    {
        if (cache.Type == DType.BFloat16) Paged<TLanes, ushort>(output, q, cache, layer, rows, shape);
        else Paged<TLanes, float>(output, q, cache, layer, rows, shape);
    }

    private void Paged<TLanes, TElement>(Tensor output, Tensor q, KvCache cache, int layer, PagedRows rows, AttentionShape shape)
        where TLanes : unmanaged, ILanes<TLanes>
        where TElement : unmanaged
    {
        _attention.Reserve(_pool.Threads, AttentionTile.BytesOf(shape));
        KvPlan plan = KvPlan.Of(rows, AttentionTile.QueriesOf(shape));
        var job = new KvAttentionJob<TLanes, TElement>
        {
            Scratch = _attention,
            Plan = plan,
            Rows = rows,
            Pages = new(cache, layer),
            Shape = shape,
            Q = new(q),
            Output = new(output),
        };
        _pool.Run(job, plan.Tiles.Length * shape.KvHeads);
    }
}
