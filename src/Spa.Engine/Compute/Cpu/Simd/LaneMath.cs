using System.Runtime.CompilerServices;

namespace Spa.Engine.Compute.Cpu.Simd;

/// <summary>
/// Elementary functions on sixteen lanes. NaN stays NaN. Error bounds are against the exact value, over the whole range of arguments;
/// the tests walk them. The polynomials are minimax fits (Remez exchange) in the stated variable on the stated interval.
/// </summary>
internal static class LaneMath
{
    /// <summary>e^x within 1.1 ulp, subnormal results within one step; 0 from -104 down (so also for -infinity), infinity above 88.7228.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes Exp<TLanes>(TLanes x) where TLanes : struct, ILanes<TLanes>
    {
        // Above 88.72283 the exact result rounds to infinity; far above, the reduction would lose the argument.
        TLanes infinite = TLanes.Broadcast(88.72284f);
        return TLanes.SelectLess(infinite, x, TLanes.Broadcast(float.PositiveInfinity), ExpNotPositive(x));
    }

    /// <summary><see cref="Exp"/> for x at most 88, one comparison cheaper: the exponentials of a softmax.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes ExpNotPositive<TLanes>(TLanes x) where TLanes : struct, ILanes<TLanes>
    {
        // x = n ln 2 + r with |r| <= ln(2) / 2; ln 2 in two parts, and the multiply-add makes the first product exact.
        TLanes n = TLanes.Round(x * TLanes.Broadcast(1.44269502f));
        TLanes r = TLanes.MultiplyAdd(n, TLanes.Broadcast(-0.693147182f), x);
        r = TLanes.MultiplyAdd(n, TLanes.Broadcast(1.90465421e-9f), r);

        // e^r = 1 + r + r^2 q(r), relative error 1.1e-8.
        TLanes q = TLanes.MultiplyAdd(r, TLanes.Broadcast(0.00139411236f), TLanes.Broadcast(0.00836318079f));
        q = TLanes.MultiplyAdd(r, q, TLanes.Broadcast(0.0416663736f));
        q = TLanes.MultiplyAdd(r, q, TLanes.Broadcast(0.166665763f));
        q = TLanes.MultiplyAdd(r, q, TLanes.Broadcast(0.5f));
        TLanes p = TLanes.MultiplyAdd(r * r, q, r) + TLanes.Broadcast(1f);
        return TLanes.SelectLess(x, TLanes.Broadcast(-104f), TLanes.Broadcast(0f), TLanes.ScaleByPowerOfTwo(p, n));
    }

    /// <summary>1 / (1 + e^-x) within 3 ulp; below -88.7228 it is 0, where the exact value is subnormal.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes Sigmoid<TLanes>(TLanes x) where TLanes : struct, ILanes<TLanes>
    {
        TLanes one = TLanes.Broadcast(1f);
        return one / (one + Exp(TLanes.Broadcast(0f) - x));
    }

    /// <summary>tanh x within 3 ulp.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes Tanh<TLanes>(TLanes x) where TLanes : struct, ILanes<TLanes>
    {
        TLanes one = TLanes.Broadcast(1f), magnitude = TLanes.Abs(x), square = x * x;

        // |x| < 0.6: x + x^3 p(x^2), relative error 2.8e-9. Beyond, 1 - 2 / (e^2|x| + 1) no longer cancels.
        TLanes p = TLanes.MultiplyAdd(square, TLanes.Broadcast(-0.00589515874f), TLanes.Broadcast(0.020795973f));
        p = TLanes.MultiplyAdd(square, p, TLanes.Broadcast(-0.0537838303f));
        p = TLanes.MultiplyAdd(square, p, TLanes.Broadcast(0.133319244f));
        p = TLanes.MultiplyAdd(square, p, TLanes.Broadcast(-0.333332986f));
        TLanes near = TLanes.MultiplyAdd(square * x, p, x);
        TLanes far = one - TLanes.Broadcast(2f) / (Exp(magnitude + magnitude) + one);
        return TLanes.SelectLess(magnitude, TLanes.Broadcast(0.6f), near, WithSignOf(x, far));
    }

    /// <summary>erf x within 3 ulp.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes Erf<TLanes>(TLanes x) where TLanes : struct, ILanes<TLanes>
    {
        TLanes magnitude = TLanes.Abs(x), square = x * x;

        // |x| < 1: x p(x^2), relative error 1.3e-9.
        TLanes p = TLanes.MultiplyAdd(square, TLanes.Broadcast(7.85385782e-5f), TLanes.Broadcast(-0.000801019254f));
        p = TLanes.MultiplyAdd(square, p, TLanes.Broadcast(0.00518832775f));
        p = TLanes.MultiplyAdd(square, p, TLanes.Broadcast(-0.026853811f));
        p = TLanes.MultiplyAdd(square, p, TLanes.Broadcast(0.112835854f));
        p = TLanes.MultiplyAdd(square, p, TLanes.Broadcast(-0.37612626f));
        p = TLanes.MultiplyAdd(square, p, TLanes.Broadcast(1.12837911f));
        TLanes near = x * p;

        // |x| in [1, 4]: 1 - e^-g(|x|), g = -ln erfc; error of erf 1.1e-9. From 3.92 on the float32 nearest to erf is 1.
        TLanes t = TLanes.SelectLess(TLanes.Broadcast(4f), magnitude, TLanes.Broadcast(4f), magnitude);
        TLanes g = TLanes.MultiplyAdd(t, TLanes.Broadcast(-0.000185573939f), TLanes.Broadcast(0.00293960655f));
        g = TLanes.MultiplyAdd(t, g, TLanes.Broadcast(-0.0218053162f));
        g = TLanes.MultiplyAdd(t, g, TLanes.Broadcast(0.103037365f));
        g = TLanes.MultiplyAdd(t, g, TLanes.Broadcast(0.638225675f));
        g = TLanes.MultiplyAdd(t, g, TLanes.Broadcast(1.12704003f));
        g = TLanes.MultiplyAdd(t, g, TLanes.Broadcast(0.000353720476f));
        TLanes far = TLanes.Broadcast(1f) - ExpNotPositive(TLanes.Broadcast(0f) - g);
        return TLanes.SelectLess(magnitude, TLanes.Broadcast(1f), near, WithSignOf(x, far));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLanes WithSignOf<TLanes>(TLanes x, TLanes value) where TLanes : struct, ILanes<TLanes>
    {
        TLanes zero = TLanes.Broadcast(0f);
        return TLanes.SelectLess(x, zero, zero - value, value);
    }
}
