using System.Runtime.CompilerServices;
using Spa.Engine.Compute.Cpu.Simd;

namespace Spa.Engine.Compute.Cpu;

/// <summary>What is done to a block of logits before its log-sum-exp.</summary>
internal static unsafe class LogitRows
{
    /// <summary>to = cap * tanh(from / cap).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization), SkipLocalsInit]
    public static void Cap<TLanes>(float* to, float* from, int n, float cap) where TLanes : struct, ILanes<TLanes>
    {
        TLanes c = TLanes.Broadcast(cap);
        int i = 0;
        for (; n - i >= 16; i += 16) TLanes.Store(LaneMath.Tanh(TLanes.Load(from + i) / c) * c, to + i);
        if (i < n) LaneMemory.Store(LaneMath.Tanh(LaneMemory.Load<TLanes>(from + i, n - i) / c) * c, to + i, n - i);
    }

    /// <summary>The block itself, or, with a cap, its capped values in <paramref name="scratch"/>.</summary>
    public static float* Capped<TLanes>(float* block, int n, float cap, float* scratch) where TLanes : struct, ILanes<TLanes>
    {
        if (cap == 0) return block;
        Cap<TLanes>(scratch, block, n, cap);
        return scratch;
    }

    /// <summary>c = a + lambda (a - b): exactly a where lambda is 0 or both are equal.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization), SkipLocalsInit]
    public static void Extrapolate<TLanes>(float* c, float* a, float* b, int n, float lambda) where TLanes : struct, ILanes<TLanes>
    {
        TLanes l = TLanes.Broadcast(lambda);
        int i = 0;
        for (; n - i >= 16; i += 16) At(c + i, a + i, b + i, l, 16);
        if (i < n) At(c + i, a + i, b + i, l, n - i);
    }

    /// <summary>to = exp((from - shift) * scale), shift at least the largest element.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization), SkipLocalsInit]
    public static void Exp<TLanes>(float* to, float* from, int n, float shift, float scale) where TLanes : struct, ILanes<TLanes>
    {
        TLanes s = TLanes.Broadcast(shift), k = TLanes.Broadcast(scale);
        int i = 0;
        for (; n - i >= 16; i += 16) TLanes.Store(LaneMath.ExpNotPositive((TLanes.Load(from + i) - s) * k), to + i);
        if (i < n) LaneMemory.Store(LaneMath.ExpNotPositive((LaneMemory.Load<TLanes>(from + i, n - i) - s) * k), to + i, n - i);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void At<TLanes>(float* c, float* a, float* b, TLanes lambda, int count) where TLanes : struct, ILanes<TLanes>
    {
        TLanes policy = LaneMemory.Load<TLanes>(a, count);
        LaneMemory.Store(TLanes.MultiplyAdd(lambda, policy - LaneMemory.Load<TLanes>(b, count), policy), c, count);
    }
}
