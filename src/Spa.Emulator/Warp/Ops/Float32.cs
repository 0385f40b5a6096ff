using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Spa.Emulator.Warp.Ops;

/// <summary>Common rules of float32 arithmetic: <c>.ftz</c> flushes subnormal inputs and results to zeros of their sign, <c>.sat</c> clamps to [0, 1] with NaN to 0, a NaN result is 0x7FFFFFFF.</summary>
internal static class Float32
{
    public const uint NanBits = 0x7FFF_FFFF;

    private static readonly Vector512<float> s_leastNormal = Vector512.Create(1.17549435e-38f);
    private static readonly Vector512<float> s_signs = Vector512.Create(-0f);
    private static readonly Vector512<float> s_nan = Vector512.Create(BitConverter.UInt32BitsToSingle(NanBits));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> In<TFtz>(Vector512<float> a) where TFtz : IFlag => TFtz.On ? Flush(a) : a;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Out<TFtz, TSat>(Vector512<float> a) where TFtz : IFlag where TSat : IFlag
    {
        if (TFtz.On) a = Flush(a);
        if (TSat.On) return Saturate(a);
        return Canonical(a);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Flush(Vector512<float> a) => Vector512.ConditionalSelect(Vector512.LessThan(Vector512.Abs(a), s_leastNormal), a & s_signs, a);

    /// <summary>Clamps to [0, 1]; NaN and -0 become +0.</summary>
    public static Vector512<float> Saturate(Vector512<float> a) =>
        Vector512.ConditionalSelect(Vector512.GreaterThan(a, Vector512<float>.Zero), Vector512.ConditionalSelect(Vector512.LessThan(a, Vector512<float>.One), a, Vector512<float>.One), Vector512<float>.Zero);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Canonical(Vector512<float> a) => Vector512.ConditionalSelect(Vector512.Equals(a, a), a, s_nan);

    public static float Canonical(float a) => float.IsNaN(a) ? BitConverter.UInt32BitsToSingle(NanBits) : a;

    public static float Flush(float a) => Math.Abs(a) < 1.17549435e-38f ? a < 0 || float.IsNegative(a) ? -0f : 0f : a;

    public static float Saturate(float a) => a > 0 ? a < 1 ? a : 1 : 0;

    /// <summary>Widens, applies and narrows once: an approximation that is right to float64 has an error of half a unit in float32.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Narrow(Vector512<double> low, Vector512<double> high) => Vector512.Narrow(low, high);
}
