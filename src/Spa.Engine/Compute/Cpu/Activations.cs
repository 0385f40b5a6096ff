using System.Runtime.CompilerServices;
using Spa.Engine.Compute.Cpu.Simd;

namespace Spa.Engine.Compute.Cpu;

/// <summary>x s(x), s the logistic function; slope s (1 + x (1 - s)).</summary>
internal readonly struct Silu : IActivation
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes Value<TLanes>(TLanes x) where TLanes : struct, ILanes<TLanes> => x * LaneMath.Sigmoid(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes ValueAndSlope<TLanes>(TLanes x, out TLanes slope) where TLanes : struct, ILanes<TLanes>
    {
        TLanes s = LaneMath.Sigmoid(x), value = x * s;
        slope = TLanes.MultiplyAdd(value, TLanes.Broadcast(1) - s, s);
        return value;
    }
}

/// <summary>
/// x / 2 (1 + tanh u), u = sqrt(2 / pi) (x + 0.044715 x^3). As (1 + tanh u) / 2 = s(2u), it is x s(2u): one exponential, and no
/// cancellation for negative x. Slope s + x s (1 - s) 2u'.
/// </summary>
internal readonly struct GeluTanh : IActivation
{
    private const float TwoRoot = 1.59576912f;
    private const float Cubic = 0.044715f;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes Value<TLanes>(TLanes x) where TLanes : struct, ILanes<TLanes> => x * Gate(x, x * x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes ValueAndSlope<TLanes>(TLanes x, out TLanes slope) where TLanes : struct, ILanes<TLanes>
    {
        TLanes one = TLanes.Broadcast(1), square = x * x, s = Gate(x, square), value = x * s;
        TLanes inner = TLanes.MultiplyAdd(square, TLanes.Broadcast(3 * Cubic * TwoRoot), TLanes.Broadcast(TwoRoot));
        slope = TLanes.MultiplyAdd(value * (one - s), inner, s);
        return value;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLanes Gate<TLanes>(TLanes x, TLanes square) where TLanes : struct, ILanes<TLanes> =>
        LaneMath.Sigmoid(x * TLanes.MultiplyAdd(square, TLanes.Broadcast(Cubic * TwoRoot), TLanes.Broadcast(TwoRoot)));
}

/// <summary>x F(x), F(x) = (1 + erf(x / sqrt 2)) / 2 the normal distribution; slope F + x f, f the normal density.</summary>
internal readonly struct GeluErf : IActivation
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes Value<TLanes>(TLanes x) where TLanes : struct, ILanes<TLanes> => x * Distribution(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes ValueAndSlope<TLanes>(TLanes x, out TLanes slope) where TLanes : struct, ILanes<TLanes>
    {
        TLanes f = Distribution(x);
        TLanes density = LaneMath.ExpNotPositive(x * x * TLanes.Broadcast(-0.5f)) * TLanes.Broadcast(0.398942280f);
        slope = TLanes.MultiplyAdd(x, density, f);
        return x * f;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLanes Distribution<TLanes>(TLanes x) where TLanes : struct, ILanes<TLanes>
    {
        TLanes half = TLanes.Broadcast(0.5f);
        return TLanes.MultiplyAdd(LaneMath.Erf(x * TLanes.Broadcast(0.707106781f)), half, half);
    }
}

/// <summary>max(x, 0); the slope at 0 is 0.</summary>
internal readonly struct Relu : IActivation
{
    // Selecting on x < 0 lets a NaN through.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes Value<TLanes>(TLanes x) where TLanes : struct, ILanes<TLanes> => TLanes.SelectLess(x, TLanes.Broadcast(0), TLanes.Broadcast(0), x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes ValueAndSlope<TLanes>(TLanes x, out TLanes slope) where TLanes : struct, ILanes<TLanes>
    {
        slope = TLanes.SelectLess(TLanes.Broadcast(0), x, TLanes.Broadcast(1), TLanes.Broadcast(0));
        return Value(x);
    }
}
