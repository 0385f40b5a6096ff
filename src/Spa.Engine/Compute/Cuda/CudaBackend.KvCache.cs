using Spa.Engine.Compute.Cuda.Arguments;
using Spa.Engine.Compute.Cuda.Kernels;
using Spa.Interop.Driver;

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
        Launch(KvCacheKernels.Append.With(Bf16(k), Bf16(cache.Keys)), new LaunchShape((int)Math.Min(8L * Properties.Multiprocessors, (count + 255) / 256), 1, 1, 256), new KvAppendArgs
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
        foreach (Tensor pages in new ReadOnlySpan<Tensor>([cache.Keys, cache.Values])) CopyPage(cache, pages.Address, destination, source);
    }

    /// <summary>The page of every layer in one strided copy. By the driver, not by a kernel: rows of the page that hold nothing yet are moved as they are.</summary>
    private void CopyPage(KvCache cache, nint pages, int destination, int source)
    {
        nuint bytes = (nuint)(cache.PageElements * cache.Type.Size()), pitch = (nuint)cache.Pages * bytes;
        CUDA_MEMCPY2D copy = new()
        {
            srcMemoryType = CUmemorytype.CU_MEMORYTYPE_DEVICE,
            srcDevice = new CUdeviceptr((ulong)pages + (ulong)source * bytes),
            srcPitch = pitch,
            dstMemoryType = CUmemorytype.CU_MEMORYTYPE_DEVICE,
            dstDevice = new CUdeviceptr((ulong)pages + (ulong)destination * bytes),
            dstPitch = pitch,
            WidthInBytes = bytes,
            Height = (nuint)cache.Layers,
        };
        _context.MakeCurrent();
        try
        {
            // The driver takes pitches of 31 bits.
            if (pitch <= int.MaxValue) _driver.Memcpy2DAsync(copy, _stream.Handle);
            else for (nuint layer = 0; layer < copy.Height; layer++) _driver.MemcpyDtoDAsync(new CUdeviceptr(copy.dstDevice.Value + layer * pitch), new CUdeviceptr(copy.srcDevice.Value + layer * pitch), bytes, _stream.Handle);
        }
        catch (CudaException error)
        {
            throw Fault(error);
        }
    }

    /// <summary>
    /// Builds the work list of a step and puts it on the device, if it is not there yet. The ops do this themselves; before a recorded step is replayed, this does.
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
