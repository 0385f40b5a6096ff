using System.Runtime.CompilerServices;
using Spa.Engine.Compute.Cpu.Simd;

namespace Spa.Engine.Compute.Cpu;

/// <summary>
/// Log-sum-exp of one row, block by block: a running maximum, and the sum of exp(x - maximum) in double over blocks whose own sums are
/// float32 chains of 16 terms, four to a lane. The scorer and the sampler both use it, so equal logits give equal log-probs, bit for bit.
/// A NaN anywhere makes the value NaN, whatever the maximum made of it.
/// </summary>
internal unsafe struct RunningLse
{
    /// <summary>Elements to hand over at a time: three rows' blocks (12 KB) stay in the first-level cache while they are worked on.</summary>
    public const int Block = 1024;

    private double _sum;
    private double _weighted;

    public RunningLse() => Maximum = float.NegativeInfinity;

    /// <summary>Largest element so far.</summary>
    public float Maximum { get; private set; }

    /// <summary>log sum exp(x).</summary>
    public readonly double Value => Maximum + Math.Log(_sum);

    /// <summary>-sum p log p of softmax(x), if the blocks were added with <see cref="AddWithEntropy"/>.</summary>
    public readonly double Entropy => Math.Log(_sum) - _weighted / _sum;

    // With nothing but -infinity so far there is no maximum to subtract; any finite number gives the zeros.
    private readonly float Shift => Maximum == float.NegativeInfinity ? 0 : Maximum;

    /// <summary>Adds the next at most <see cref="Block"/> elements of the row.</summary>
    public void Add<TLanes>(float* x, int n) where TLanes : struct, ILanes<TLanes>
    {
        Raise(LaneReduce.Max<TLanes>(x, n));
        _sum += SumOfExp<TLanes>(x, n, Shift, 1);
    }

    /// <summary>As <see cref="Add"/>, and collects what <see cref="Entropy"/> needs.</summary>
    public void AddWithEntropy<TLanes>(float* x, int n) where TLanes : struct, ILanes<TLanes>
    {
        Raise(LaneReduce.Max<TLanes>(x, n));
        _sum += SumOfExp<TLanes>(x, n, Shift, 1);
        _weighted += WeightedSumOfExp<TLanes>(x, n, Shift);
    }

    /// <summary>Sum of exp(scale * (x - shift)), shift at least the largest x.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization), SkipLocalsInit]
    public static float SumOfExp<TLanes>(float* x, int n, float shift, float scale) where TLanes : struct, ILanes<TLanes>
    {
        TLanes a = TLanes.Broadcast(0), b = a, c = a, d = a, s = TLanes.Broadcast(shift), k = TLanes.Broadcast(scale);
        int i = 0;
        for (; n - i >= 64; i += 64)
        {
            a += LaneMath.ExpNotPositive((TLanes.Load(x + i) - s) * k);
            b += LaneMath.ExpNotPositive((TLanes.Load(x + i + 16) - s) * k);
            c += LaneMath.ExpNotPositive((TLanes.Load(x + i + 32) - s) * k);
            d += LaneMath.ExpNotPositive((TLanes.Load(x + i + 48) - s) * k);
        }
        for (; n - i >= 16; i += 16) a += LaneMath.ExpNotPositive((TLanes.Load(x + i) - s) * k);
        if (i < n) b += LaneMath.ExpNotPositive((LaneMemory.Load<TLanes>(x + i, n - i, float.NegativeInfinity) - s) * k);
        return TLanes.Sum((a + c) + (b + d));
    }

    /// <summary>Sum of exp(t) t, t = x - shift.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization), SkipLocalsInit]
    private static float WeightedSumOfExp<TLanes>(float* x, int n, float shift) where TLanes : struct, ILanes<TLanes>
    {
        TLanes a = TLanes.Broadcast(0), b = a, s = TLanes.Broadcast(shift);
        int i = 0;
        for (; n - i >= 32; i += 32)
        {
            a = AddWeighted(TLanes.Load(x + i) - s, a);
            b = AddWeighted(TLanes.Load(x + i + 16) - s, b);
        }
        for (; n - i >= 16; i += 16) a = AddWeighted(TLanes.Load(x + i) - s, a);
        if (i < n) b = AddWeighted(LaneMemory.Load<TLanes>(x + i, n - i, float.NegativeInfinity) - s, b);
        return TLanes.Sum(a + b);
    }

    // Where exp(t) is 0, t may be -infinity; any finite t gives the product's limit, 0.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLanes AddWeighted<TLanes>(TLanes t, TLanes sum) where TLanes : struct, ILanes<TLanes> =>
        TLanes.MultiplyAdd(LaneMath.ExpNotPositive(t), TLanes.Max(t, TLanes.Broadcast(-200)), sum);

    /// <summary>Refers the sums to a larger maximum.</summary>
    private void Raise(float maximum)
    {
        if (!(maximum > Maximum)) return;
        if (Maximum != float.NegativeInfinity)
        {
            double down = (double)Maximum - maximum, factor = Math.Exp(down);
            _weighted = (_weighted + _sum * down) * factor;
            _sum *= factor;
        }
        Maximum = maximum;
    }
}
