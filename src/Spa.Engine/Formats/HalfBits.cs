using System.Runtime.Intrinsics;

namespace Spa.Engine.Formats;

/// <summary>IEEE binary16 to binary32, exact for every value.</summary>
internal static unsafe class HalfBits
{
    // 2^112 moves the exponent bias from 15 to 127; the product is exact, also for subnormal halves.
    private const float Rebias = 5192296858534827628530496329220096f;

    public static float ToSingle(ushort half) => (float)BitConverter.UInt16BitsToHalf(half);

    /// <summary>Rounds to nearest even; the index of the first finite value that is too large for binary16 (it becomes an infinity), or -1.</summary>
    public static int Narrow(ReadOnlySpan<float> source, Span<ushort> destination)
    {
        int overflow = -1;
        for (int i = 0; i < source.Length; i++)
        {
            var half = (Half)source[i];
            if (Half.IsInfinity(half) && float.IsFinite(source[i]) && overflow < 0) overflow = i;
            destination[i] = BitConverter.HalfToUInt16Bits(half);
        }
        return overflow;
    }

    public static void Widen(ushort* source, float* destination, int count)
    {
        int i = 0;
        for (; i <= count - 8; i += 8)
        {
            (Vector128<uint> lower, Vector128<uint> upper) = Vector128.Widen(Vector128.Load(source + i));
            Widen(Vector256.Create(lower, upper)).Store(destination + i);
        }
        for (; i < count; i++) destination[i] = ToSingle(source[i]);
    }

    private static Vector256<float> Widen(Vector256<uint> half)
    {
        Vector256<uint> magnitude = half & Vector256.Create(0x7FFFu);
        Vector256<uint> finite = (Vector256.ShiftLeft(magnitude, 13).AsSingle() * Rebias).AsUInt32();
        // Infinities and NaNs have the largest exponent in both formats.
        Vector256<uint> special = Vector256.GreaterThan(magnitude, Vector256.Create(0x7BFFu)) & Vector256.Create(0x7F800000u);
        return (finite | special | Vector256.ShiftLeft(half & Vector256.Create(0x8000u), 16)).AsSingle();
    }
}
