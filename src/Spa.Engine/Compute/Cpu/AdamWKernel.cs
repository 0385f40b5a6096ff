using System.Runtime.CompilerServices;
using Spa.Engine.Compute.Cpu.Simd;

namespace Spa.Engine.Compute.Cpu;

/// <summary>AdamW (<see cref="AdamWArithmetic"/>) with float32 moments. An item is a block.</summary>
internal readonly unsafe struct AdamWKernel(Tensor weights, Tensor master, Tensor gradients, Tensor m, Tensor v, AdamWArithmetic arithmetic) : IRangeKernel
{
    /// <summary>Elements of an item: one page of each tensor.</summary>
    public const int Block = 1024;

    private readonly float* _master = master.Floats();
    private readonly float* _gradients = gradients.Floats();
    private readonly float* _m = m.Floats();
    private readonly float* _v = v.Floats();

    [MethodImpl(MethodImplOptions.AggressiveOptimization), SkipLocalsInit]
    public void Run<TLanes>(long start, long end) where TLanes : struct, ILanes<TLanes>
    {
        long i = start * Block, last = Math.Min(weights.Count, end * Block);
        if (weights.Type == DType.BFloat16)
        {
            ushort* narrow = (ushort*)weights.Address;
            for (; last - i >= 16; i += 16) TLanes.StoreBf16(At<TLanes>(i, 16), narrow + i);
            if (i < last) LaneMemory.StoreBf16(At<TLanes>(i, (int)(last - i)), narrow + i, (int)(last - i));
        }
        else
        {
            for (; last - i >= 16; i += 16) At<TLanes>(i, 16);
            if (i < last) At<TLanes>(i, (int)(last - i));
        }
    }

    /// <summary>Updates up to sixteen elements and returns the new weights.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private TLanes At<TLanes>(long i, int count) where TLanes : struct, ILanes<TLanes>
    {
        TLanes w = LaneMemory.Load<TLanes>(_master + i, count), m = LaneMemory.Load<TLanes>(_m + i, count), v = LaneMemory.Load<TLanes>(_v + i, count);
        arithmetic.Apply(LaneMemory.Load<TLanes>(_gradients + i, count), ref w, ref m, ref v);
        LaneMemory.Store(m, _m + i, count);
        LaneMemory.Store(v, _v + i, count);
        LaneMemory.Store(w, _master + i, count);
        return w;
    }
}
