using System.Runtime.CompilerServices;

namespace Spa.Engine.Compute.Cpu.Simd;

/// <summary>
/// Reductions of one row. Four chains hide the latency of the adder and make each a quarter as long, which is also what keeps the
/// rounding error low: n / 64 steps, then a tree of six.
/// </summary>
internal static unsafe class LaneReduce
{
    /// <summary>Sum of x.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization), SkipLocalsInit]
    public static float Sum<TLanes>(float* x, int n) where TLanes : struct, ILanes<TLanes>
    {
        TLanes a = TLanes.Broadcast(0), b = a, c = a, d = a;
        int i = 0;
        for (; n - i >= 64; i += 64)
        {
            a += TLanes.Load(x + i);
            b += TLanes.Load(x + i + 16);
            c += TLanes.Load(x + i + 32);
            d += TLanes.Load(x + i + 48);
        }
        for (; n - i >= 16; i += 16) a += TLanes.Load(x + i);
        if (i < n) b += LaneMemory.Load<TLanes>(x + i, n - i);
        return TLanes.Sum((a + c) + (b + d));
    }

    /// <summary>Sum of (x - shift)^2.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization), SkipLocalsInit]
    public static float SumOfSquares<TLanes>(float* x, int n, float shift = 0) where TLanes : struct, ILanes<TLanes>
    {
        TLanes a = TLanes.Broadcast(0), b = a, c = a, d = a, s = TLanes.Broadcast(shift);
        int i = 0;
        for (; n - i >= 64; i += 64)
        {
            a = AddSquare(TLanes.Load(x + i) - s, a);
            b = AddSquare(TLanes.Load(x + i + 16) - s, b);
            c = AddSquare(TLanes.Load(x + i + 32) - s, c);
            d = AddSquare(TLanes.Load(x + i + 48) - s, d);
        }
        for (; n - i >= 16; i += 16) a = AddSquare(TLanes.Load(x + i) - s, a);
        if (i < n) b = AddSquare(LaneMemory.Load<TLanes>(x + i, n - i, shift) - s, b);
        return TLanes.Sum((a + c) + (b + d));
    }

    /// <summary>Largest x; what NaN gives is not specified.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization), SkipLocalsInit]
    public static float Max<TLanes>(float* x, int n) where TLanes : struct, ILanes<TLanes>
    {
        TLanes a = TLanes.Broadcast(float.NegativeInfinity), b = a, c = a, d = a;
        int i = 0;
        for (; n - i >= 64; i += 64)
        {
            a = TLanes.Max(a, TLanes.Load(x + i));
            b = TLanes.Max(b, TLanes.Load(x + i + 16));
            c = TLanes.Max(c, TLanes.Load(x + i + 32));
            d = TLanes.Max(d, TLanes.Load(x + i + 48));
        }
        for (; n - i >= 16; i += 16) a = TLanes.Max(a, TLanes.Load(x + i));
        if (i < n) b = TLanes.Max(b, LaneMemory.Load<TLanes>(x + i, n - i, float.NegativeInfinity));
        return TLanes.MaxAll(TLanes.Max(TLanes.Max(a, c), TLanes.Max(b, d)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLanes AddSquare<TLanes>(TLanes x, TLanes sum) where TLanes : struct, ILanes<TLanes> => TLanes.MultiplyAdd(x, x, sum);
}
