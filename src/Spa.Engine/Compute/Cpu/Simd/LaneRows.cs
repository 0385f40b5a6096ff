using System.Runtime.CompilerServices;

namespace Spa.Engine.Compute.Cpu.Simd;

/// <summary>Sums of rows into a row, the step of every reduction over tokens.</summary>
internal static unsafe class LaneRows
{
    /// <summary>sum[i] += scale * x[i].</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization), SkipLocalsInit]
    public static void Add<TLanes>(float* sum, float* x, float scale, int n) where TLanes : struct, ILanes<TLanes>
    {
        TLanes s = TLanes.Broadcast(scale);
        int i = 0;
        for (; n - i >= 16; i += 16) TLanes.Store(TLanes.MultiplyAdd(TLanes.Load(x + i), s, TLanes.Load(sum + i)), sum + i);
        if (i < n) LaneMemory.Store(TLanes.MultiplyAdd(LaneMemory.Load<TLanes>(x + i, n - i), s, LaneMemory.Load<TLanes>(sum + i, n - i)), sum + i, n - i);
    }

    /// <summary>sum[i] += x[i], then x[stride + i], and so on over four rows: the same chain as four calls of one row, in registers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization), SkipLocalsInit]
    public static void AddFour<TLanes>(float* sum, float* x, long stride, int n) where TLanes : struct, ILanes<TLanes>
    {
        int i = 0;
        for (; n - i >= 16; i += 16) AddFourAt<TLanes>(sum + i, x + i, stride, 16);
        if (i < n) AddFourAt<TLanes>(sum + i, x + i, stride, n - i);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddFourAt<TLanes>(float* sum, float* x, long stride, int count) where TLanes : struct, ILanes<TLanes>
    {
        TLanes s = LaneMemory.Load<TLanes>(sum, count) + LaneMemory.Load<TLanes>(x, count);
        s += LaneMemory.Load<TLanes>(x + stride, count);
        s += LaneMemory.Load<TLanes>(x + 2 * stride, count);
        s += LaneMemory.Load<TLanes>(x + 3 * stride, count);
        LaneMemory.Store(s, sum, count);
    }
}
