using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Spa.Engine.Compute.Cpu.Simd;

/// <summary>The lower half of the reduction tree that every <see cref="ILanes{TSelf}"/> shares.</summary>
internal static class LaneTree
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Sum(Vector256<float> v) => Sum(v.GetLower() + v.GetUpper());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Sum(Vector128<float> v) => (v[0] + v[2]) + (v[1] + v[3]);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Max(Vector256<float> v) => Max(Vector128.MaxNative(v.GetLower(), v.GetUpper()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Max(Vector128<float> v) => MathF.Max(MathF.Max(v[0], v[2]), MathF.Max(v[1], v[3]));
}
