using System.Runtime.CompilerServices;
using Spa.Engine.Compute.Cpu.Simd;

namespace Spa.Engine.Compute.Cpu;

/// <summary>The two functions that attention applies to scores, on sixteen lanes.</summary>
internal static class AttentionExp
{
    /// <summary>e^x for x &lt;= 88 within 2 ulp; results below 2^-126 are 0 and e^-inf = 0; NaN stays NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes Exp<TLanes>(TLanes x) where TLanes : unmanaged, ILanes<TLanes>
    {
        // x = n ln 2 + r with |r| <= ln 2 / 2; ln 2 in two parts, so that r keeps its low bits. The polynomial is a minimax fit of (e^r - 1 - r) / r^2.
        TLanes smallest = TLanes.Broadcast(-87.33654f);
        TLanes n = TLanes.Round(TLanes.Max(x, smallest) * TLanes.Broadcast(1.44269504f));
        TLanes r = TLanes.MultiplyAdd(n, TLanes.Broadcast(-0.693359375f), x);
        r = TLanes.MultiplyAdd(n, TLanes.Broadcast(2.12194440e-4f), r);
        TLanes p = TLanes.Broadcast(1.9875691500e-4f);
        p = TLanes.MultiplyAdd(p, r, TLanes.Broadcast(1.3981999507e-3f));
        p = TLanes.MultiplyAdd(p, r, TLanes.Broadcast(8.3334519073e-3f));
        p = TLanes.MultiplyAdd(p, r, TLanes.Broadcast(4.1665795894e-2f));
        p = TLanes.MultiplyAdd(p, r, TLanes.Broadcast(1.6666665459e-1f));
        p = TLanes.MultiplyAdd(p, r, TLanes.Broadcast(0.5f));
        p = TLanes.MultiplyAdd(p, r * r, r) + TLanes.Broadcast(1);
        return TLanes.SelectLess(x, smallest, TLanes.Broadcast(0), TLanes.ScaleByPowerOfTwo(p, n));
    }

    /// <summary>tanh x within 3 ulp.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes Tanh<TLanes>(TLanes x) where TLanes : unmanaged, ILanes<TLanes>
    {
        // Near 0 the odd polynomial keeps the relative precision; beyond, 1 - 2 / (e^2|x| + 1), which is 1 in float32 from |x| = 9.02 on.
        TLanes z = x * x;
        TLanes p = TLanes.Broadcast(-5.70498872745e-3f);
        p = TLanes.MultiplyAdd(p, z, TLanes.Broadcast(2.06390887954e-2f));
        p = TLanes.MultiplyAdd(p, z, TLanes.Broadcast(-5.37397155531e-2f));
        p = TLanes.MultiplyAdd(p, z, TLanes.Broadcast(1.33314422036e-1f));
        p = TLanes.MultiplyAdd(p, z, TLanes.Broadcast(-3.33332819422e-1f));
        TLanes near = TLanes.MultiplyAdd(p * z, x, x);
        TLanes one = TLanes.Broadcast(1), magnitude = TLanes.Abs(x);
        TLanes bounded = TLanes.Min(magnitude, TLanes.Broadcast(10));
        TLanes far = one - TLanes.Broadcast(2) / (Exp(bounded + bounded) + one);
        far = TLanes.SelectLess(x, TLanes.Broadcast(0), TLanes.Broadcast(0) - far, far);
        // A NaN fails the comparison with the bound as well, so the sum below carries it on.
        return TLanes.SelectLess(magnitude, TLanes.Broadcast(0.625f), near, far + (x - x));
    }
}
