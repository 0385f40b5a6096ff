using Spa.Engine.Compute.Cuda.Arguments;
using Spa.Engine.Compute.Cuda.Kernels;

namespace Spa.Engine.Compute.Cuda;

public sealed unsafe partial class CudaBackend
{
    private readonly DeviceWords _attentionWords = new("attention work list");

    /// <inheritdoc/>
    public override void AttentionForward(Tensor output, Tensor lse, Tensor q, Tensor k, Tensor v, AttentionBatch batch, AttentionShape shape)
    {
        CheckAttention(nameof(AttentionForward), shape, ActivationType(q), q.Rows, lse, [q, output], [k, v]);
        AttentionTiling tiling = TilingOf(nameof(AttentionForward), shape, q.Type == DType.Float32);
        AttentionWork work = PrepareAttention(batch, q.Rows, shape, q.Type);
        nint list = _attentionWords.Address;
        int grid = AttentionGrid((long)work.Items * shape.KvHeads, AttentionTiling.Threads, tiling.ForwardShared);
        nint chunks = work.Keys > AttentionTiling.ChunkKeys ? Scratch((long)grid * tiling.KeptFloats(tiling.Rows) * sizeof(float)) : 0;
        var launch = new LaunchShape(grid, 1, 1, AttentionTiling.Threads, tiling.ForwardShared);
        if (tiling.IsFloat)
        {
            Launch(AttentionKernels.ForwardFloat.With(tiling.HeadDim, 0, 0, 0), launch, new AttentionForwardFloatArgs
            {
                Q = q.Address,
                K = k.Address,
                V = v.Address,
                Output = output.Address,
                Lse = lse.Address,
                Items = list + AttentionWork.ItemsOffset,
                Count = list,
                Chunks = chunks,
                QStride = q.Stride,
                KStride = k.Stride,
                VStride = v.Stride,
                OutputStride = output.Stride,
                LseStride = lse.Stride,
                KvHeads = shape.KvHeads,
                Group = shape.Heads / shape.KvHeads,
                HeadDim = shape.HeadDim,
                Window = shape.Window,
                Scale = shape.Scale,
                SoftCap = shape.SoftCap,
            });
            return;
        }

        Launch(AttentionKernels.Forward.With(tiling.HeadDim, 0, 4), launch, new AttentionForwardArgs
        {
            Q = q.Address,
            K = k.Address,
            V = v.Address,
            Output = output.Address,
            Lse = lse.Address,
            Items = list + AttentionWork.ItemsOffset,
            Count = list,
            Chunks = chunks,
            QStride = q.Stride,
            KStride = k.Stride,
            VStride = v.Stride,
            OutputStride = output.Stride,
            LseStride = lse.Stride,
            KvHeads = shape.KvHeads,
            Group = shape.Heads / shape.KvHeads,
            HeadDim = shape.HeadDim,
            Window = shape.Window,
            Scale = shape.Scale,
            SoftCap = shape.SoftCap,
            IsVector = AttentionAccess(shape.HeadDim, [q], [k, v], [output], []),
        });
    }

    /// <summary>
    /// Builds the work list of a batch and puts it on the device, if it is not there yet.
    /// </summary>
    internal AttentionWork PrepareAttention(AttentionBatch batch, long rows, AttentionShape shape, DType type)
    {
        AttentionTiling tiling = TilingOf(nameof(PrepareAttention), shape, type == DType.Float32);
        AttentionWork work = AttentionWork.Of(batch, rows, shape.Heads / shape.KvHeads, tiling.Rows);
        Put(_attentionWords, work, work.Stamp, work.Words);
        return work;
    }

    private void Put(DeviceWords device, object owner, int stamp, ReadOnlySpan<int> words)
    {
        if (device.Holds(owner, stamp)) return;
        if (_capturing) throw new InvalidOperationException($"the {device.Name} changes while a graph is captured; prepare it before");
        if (!device.Fits(words.Length))
        {
            // Kernels under way may still read the old list.
            Synchronize();
            device.Grow(this, words.Length);
        }

        device.Put(this, owner, stamp, words);
    }

    /// <summary>Blocks that fit on the device at once, or fewer where there is less to do.</summary>
    private int AttentionGrid(long work, int threads, int sharedBytes)
    {
        // 255 registers a thread; shared memory of the larger devices, 1 KiB of each block is the system's.
        int resident = Math.Max(1, Math.Min(65536 / (256 * threads), 228 * 1024 / (sharedBytes + 1024)));
        return (int)Math.Min(work, (long)resident * Properties.Multiprocessors);
    }

    /// <summary>Bits of the kernels' <c>isVector</c>: 16-byte reads of q, of k and v, (bit 3) of more; bit 2: 4-byte stores.</summary>
    private static int AttentionAccess(int headDim, ReadOnlySpan<Tensor> q, ReadOnlySpan<Tensor> keys, ReadOnlySpan<Tensor> stored, ReadOnlySpan<Tensor> more) =>
        (IsAligned(headDim, 8, q) ? 1 : 0) | (IsAligned(headDim, 8, keys) ? 2 : 0) | (IsAligned(headDim, 2, stored) ? 4 : 0) | (IsAligned(headDim, 8, more) ? 8 : 0);

    /// <summary>Every head of every row begins at a multiple of so many bfloat16 elements.</summary>
    private static bool IsAligned(int headDim, int elements, ReadOnlySpan<Tensor> tensors)
    {
        foreach (Tensor tensor in tensors)
        {
            if (tensor.Address % (elements * sizeof(ushort)) != 0 || tensor.Stride % elements != 0) return false;
        }

        return headDim % elements == 0;
    }

    private static AttentionTiling TilingOf(string op, AttentionShape shape, bool isFloat)
    {
        int padded = AttentionKernels.PaddedHeadDim(shape.HeadDim);
        if (padded == 0) throw new ArgumentException($"{op}: expected heads of at most {AttentionKernels.HeadDims[^1]} elements on CUDA, found {shape.HeadDim}; use --backend cpu");
        // The running maximum is of unscaled products.
        if (!(shape.Scale > 0)) throw new ArgumentException($"{op}: expected a positive scale on CUDA, found {shape}");
        return new AttentionTiling(padded, isFloat);
    }

    /// <summary>What all activations of an op must be, by one of them.</summary>
    private static DType ActivationType(Tensor tensor) => tensor.Type == DType.BFloat16 ? DType.BFloat16 : DType.Float32;

    private void DisposeAttention() => _attentionWords.Dispose();
}
