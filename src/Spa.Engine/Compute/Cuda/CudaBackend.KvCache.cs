using Spa.Engine.Compute.Cuda.Arguments;
using Spa.Engine.Compute.Cuda.Kernels;

namespace Spa.Engine.Compute.Cuda;

public sealed unsafe partial class CudaBackend
{
    private readonly DeviceWords _pagedWords = new("paged attention work list");

    /// <inheritdoc/>
    /// <remarks>On CUDA keys lie like values: [layer][page][Hkv][64][D].</remarks>
    public override void KvAppend(KvCache cache, int layer, Tensor k, Tensor v, PagedRows rows)
    {
        CheckLayer(nameof(KvAppend), cache, layer);
        CheckMatrix(nameof(KvAppend), k, ActivationType(k), rows.Count, cache.KvHeads * cache.HeadDim);
        CheckMatrix(nameof(KvAppend), v, ActivationType(k), rows.Count, cache.KvHeads * cache.HeadDim);
        PagedWork work = PreparePaged(rows, cache.Pages, 0, default);
        nint list = _pagedWords.Address;
        long count = (long)rows.Count * cache.KvHeads * cache.HeadDim;
        long all = 8L * Properties.Multiprocessors;
        Launch(KvCacheKernels.Append.With(Bf16(k), Bf16(cache.Keys)), new LaunchShape((int)(_capturing ? all : Math.Min(all, (count + 255) / 256)), 1, 1, 256), new KvAppendArgs
        {
            K = k.Address,
            V = v.Address,
            Keys = LayerOf(cache, cache.Keys, layer),
            Values = LayerOf(cache, cache.Values, layer),
            Slots = list + work.SlotsOffset,
            Count = list + 3 * sizeof(int),
            KStride = k.Stride,
            VStride = v.Stride,
            KvHeads = cache.KvHeads,
            HeadDim = cache.HeadDim,
        });
    }

    /// <inheritdoc/>
    public override void KvCopyPage(KvCache cache, int destination, int source)
    {
        CheckPages(nameof(KvCopyPage), cache, destination, source);
        if (destination == source) return;
        int pieces = cache.PageElements * cache.Type.Size() / 16;
        Launch(KvCacheKernels.CopyPage.With(), new LaunchShape(Math.Min(64, (pieces + 255) / 256), cache.Layers, 1, 256), new KvCopyPageArgs
        {
            Keys = cache.Keys.Address,
            Values = cache.Values.Address,
            Destination = (long)destination * pieces,
            Source = (long)source * pieces,
            Layer = (long)cache.Pages * pieces,
            Pieces = pieces,
        });
    }

    /// <summary>
    /// Builds the work list of a step and puts it on the device, if it is not there yet. The ops do this themselves; a captured graph is replayed for
    /// another step after a call of this, as long as the step has the same kinds of tiles and the list's place stands.
    /// </summary>
    internal PagedWork PreparePaged(PagedRows rows, int pages, int group, AttentionTiling tiling)
    {
        PagedWork work = PagedWork.Of(rows, pages, group, tiling);
        Put(_pagedWords, work, work.Stamp, work.Words);
        return work;
    }

    private static nint LayerOf(KvCache cache, Tensor pages, int layer) => pages.Address + (nint)((long)layer * cache.Pages * cache.PageElements * cache.Type.Size());

    private void DisposePaged() => _pagedWords.Dispose();
}
