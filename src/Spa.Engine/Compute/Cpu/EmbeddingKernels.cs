using System.Runtime.CompilerServices;
using Spa.Engine.Compute.Cpu.Simd;

namespace Spa.Engine.Compute.Cpu;

/// <summary>output[t] = scale * weight[ids[t]]. An item is a token.</summary>
internal readonly unsafe struct EmbeddingKernel(Tensor output, Tensor ids, Tensor weight, float scale) : IRangeKernel
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization), SkipLocalsInit]
    public void Run<TLanes>(long start, long end) where TLanes : struct, ILanes<TLanes>
    {
        TLanes s = TLanes.Broadcast(scale);
        for (long row = start; row < end; row++)
        {
            float* to = output.Row(row);
            LaneSource from = new(weight, ids.Ints()[row]);
            int n = output.Columns, i = 0;
            for (; n - i >= 16; i += 16) TLanes.Store(from.Load<TLanes>(i, 16) * s, to + i);
            if (i < n) LaneMemory.Store(from.Load<TLanes>(i, n - i) * s, to + i, n - i);
        }
    }
}

/// <summary>output[r] = input[indices[r]], any element type. An item is a row.</summary>
internal readonly unsafe struct GatherKernel(Tensor output, Tensor input, Tensor indices) : IRangeKernel
{
    public void Run<TLanes>(long start, long end) where TLanes : struct, ILanes<TLanes>
    {
        int size = output.Type.Size();
        for (long row = start; row < end; row++)
        {
            byte* to = (byte*)output.Address + row * output.Stride * size;
            byte* from = (byte*)input.Address + (long)indices.Ints()[row] * input.Stride * size;
            Unsafe.CopyBlockUnaligned(to, from, (uint)(output.Columns * size));
        }
    }
}

/// <summary>
/// output[indices[r]] += scale * input[r], rows in order. An item is sixteen columns: rows that hit the same target stay in order
/// whatever the number of threads.
/// </summary>
internal readonly unsafe struct ScatterAddKernel(Tensor output, Tensor input, Tensor indices, float scale) : IRangeKernel
{
    public void Run<TLanes>(long start, long end) where TLanes : struct, ILanes<TLanes>
    {
        int column = (int)start * 16, n = (int)Math.Min(input.Columns, end * 16) - column;
        for (long row = 0; row < input.Rows; row++) LaneRows.Add<TLanes>(output.Row(indices.Ints()[row]) + column, input.Row(row) + column, scale, n);
    }
}
