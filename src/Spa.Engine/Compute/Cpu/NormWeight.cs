using System.Runtime.CompilerServices;
using Spa.Engine.Compute.Cpu.Simd;

namespace Spa.Engine.Compute.Cpu;

/// <summary>One row's part of a norm's weight gradient.</summary>
internal static unsafe class NormWeight
{
    /// <summary>sum[i] += dout[i] * (x[i] - mean) * rstd.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization), SkipLocalsInit]
    public static void Add<TLanes>(float* sum, float* dout, float* x, float mean, float rstd, int n) where TLanes : struct, ILanes<TLanes>
    {
        TLanes m = TLanes.Broadcast(mean), r = TLanes.Broadcast(rstd);
        int i = 0;
        for (; n - i >= 16; i += 16) At(sum + i, dout + i, x + i, m, r, 16);
        if (i < n) At(sum + i, dout + i, x + i, m, r, n - i);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void At<TLanes>(float* sum, float* dout, float* x, TLanes mean, TLanes rstd, int count) where TLanes : struct, ILanes<TLanes>
    {
        TLanes normalised = (LaneMemory.Load<TLanes>(x, count) - mean) * rstd;
        LaneMemory.Store(TLanes.MultiplyAdd(LaneMemory.Load<TLanes>(dout, count), normalised, LaneMemory.Load<TLanes>(sum, count)), sum, count);
    }
}
