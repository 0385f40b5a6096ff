namespace Spa.Emulator.Warp.Ops;

/// <summary>float16, bfloat16 and tf32 as bits.</summary>
internal static class SmallFloats
{
    public const ushort HalfNan = 0x7FFF;
    public const ushort BrainNan = 0x7FFF;

    public static double FromHalf(ushort bits) => (double)BitConverter.UInt16BitsToHalf(bits);

    public static double FromBrain(ushort bits) => BitConverter.UInt32BitsToSingle((uint)bits << 16);

    public static ushort ToHalf(double value, Rounding rounding)
    {
        if (double.IsNaN(value)) return HalfNan;
        return (ushort)Round(value, 10, 5, rounding);
    }

    public static ushort ToBrain(double value, Rounding rounding)
    {
        if (double.IsNaN(value)) return BrainNan;
        return (ushort)Round(value, 7, 8, rounding);
    }

    /// <summary>tf32 keeps 10 bits of the mantissa in the place of a float32.</summary>
    public static uint ToTf32(float value, Rounding rounding)
    {
        if (float.IsNaN(value)) return Float32.NanBits;
        uint bits = BitConverter.SingleToUInt32Bits(value);
        if (float.IsInfinity(value)) return bits;
        uint half = rounding == Rounding.NearestAway ? 0x1000u : rounding == Rounding.Nearest ? 0xFFFu + (bits >> 13 & 1) : 0;
        return bits + half & ~0x1FFFu;
    }

    /// <summary>Bits of value in a format with that many bits of mantissa and exponent, rounded once.</summary>
    public static ulong Round(double value, int mantissaBits, int exponentBits, Rounding rounding)
    {
        ulong sign = double.IsNegative(value) ? 1UL << mantissaBits + exponentBits : 0;
        int bias = (1 << exponentBits - 1) - 1;
        ulong infinity = ((1UL << exponentBits) - 1) << mantissaBits;
        if (double.IsInfinity(value)) return sign | infinity;
        if (value == 0) return sign;
        ulong bits = BitConverter.DoubleToUInt64Bits(value) & long.MaxValue;
        int exponent = (int)(bits >> 52) - 1023;
        ulong mantissa = bits & (1UL << 52) - 1 | 1UL << 52;
        if (exponent == -1023) return Rounded(sign, 0, 0, 1, 2, rounding);
        int drop = 52 - mantissaBits;
        ulong kept;
        int place = exponent + bias;
        if (place > 2 * bias) return Overflow(sign, infinity, rounding);
        if (place <= 0)
        {
            drop += 1 - place;
            place = 0;
        }
        if (drop > 62) return Rounded(sign, 0, 0, 1, 4, rounding);
        kept = mantissa >> drop;
        if (place > 0) kept -= 1UL << mantissaBits;
        ulong result = Rounded(sign, (ulong)place << mantissaBits, kept, mantissa & (1UL << drop) - 1, 1UL << drop, rounding);
        return (result & ~sign) < infinity ? result : Overflow(sign, infinity, rounding);
    }

    private static ulong Overflow(ulong sign, ulong infinity, Rounding rounding)
    {
        bool toFinite = rounding == Rounding.Zero || rounding == Rounding.Down && sign == 0 || rounding == Rounding.Up && sign != 0;
        return sign | (toFinite ? infinity - 1 : infinity);
    }

    private static ulong Rounded(ulong sign, ulong place, ulong kept, ulong rest, ulong unit, Rounding rounding)
    {
        bool up = rounding switch
        {
            Rounding.Nearest => rest * 2 > unit || rest * 2 == unit && (kept & 1) != 0,
            Rounding.NearestAway => rest * 2 >= unit,
            Rounding.Down => sign != 0 && rest != 0,
            Rounding.Up => sign == 0 && rest != 0,
            _ => false,
        };
        return sign | place + kept + (up ? 1UL : 0);
    }
}
