namespace Spa.Emulator.Warp;

/// <summary>Scalar arithmetic as PTX defines it, on the bits of one lane.</summary>
internal static class Lane
{
    public static float F(ulong bits) => BitConverter.UInt32BitsToSingle((uint)bits);

    public static double D(ulong bits) => BitConverter.UInt64BitsToDouble(bits);

    public static float H(ulong bits) => (float)BitConverter.UInt16BitsToHalf((ushort)bits);

    public static float Bf(ulong bits) => BitConverter.UInt32BitsToSingle((uint)bits << 16);

    public static ulong B(float value) => float.IsNaN(value) ? 0x7FFFFFFF : BitConverter.SingleToUInt32Bits(value);

    public static ulong B(double value) => BitConverter.DoubleToUInt64Bits(value);

    public static ulong ToHalf(double value) => BitConverter.HalfToUInt16Bits((Half)value);

    /// <summary>A subnormal as zero of its sign.</summary>
    public static ulong Flush(ulong bits) => (bits & 0x7F800000) == 0 ? bits & 0x80000000 : bits;

    /// <summary>Nearest even from float64 to bfloat16, rounding once.</summary>
    public static ulong ToBf(double value, string rounding)
    {
        if (double.IsNaN(value)) return 0x7FFF;
        float f = ToSingle(value, "rz");
        uint bits = BitConverter.SingleToUInt32Bits(f);
        uint kept = bits & 0xFFFF0000;
        // What was cut, exactly: its sign decides for directed modes, and its size for the nearest.
        double low = BitConverter.UInt32BitsToSingle(kept);
        if (low == value || float.IsInfinity(f) && double.IsInfinity(value)) return kept >> 16;
        double high = BitConverter.UInt32BitsToSingle(kept + 0x10000);
        if (double.IsInfinity(high) && rounding == "rn") high = Math.CopySign(Math.ScaleB(1, 128), value);
        bool up = rounding switch
        {
            "rz" => false,
            "rm" => value < 0,
            "rp" => value > 0,
            "rna" => Math.Abs(value - low) >= Math.Abs(high - value),
            _ => Math.Abs(value - low) > Math.Abs(high - value) || Math.Abs(value - low) == Math.Abs(high - value) && (kept & 0x10000) != 0,
        };
        return (up ? kept + 0x10000 : kept) >> 16;
    }

    /// <summary>A float64 as float32 in a rounding mode.</summary>
    public static float ToSingle(double value, string rounding)
    {
        float nearest = (float)value;
        if (rounding is "rn" or "" || double.IsNaN(value) || nearest == value) return nearest;
        return rounding switch
        {
            "rz" => Math.Abs((double)nearest) > Math.Abs(value) ? (value > 0 ? MathF.BitDecrement(nearest) : MathF.BitIncrement(nearest)) : nearest,
            "rm" => nearest > value ? MathF.BitDecrement(nearest) : nearest,
            _ => nearest < value ? MathF.BitIncrement(nearest) : nearest,
        };
    }

    /// <summary>a b + c rounded once in a mode.</summary>
    public static float MultiplyAdd(float a, float b, float c, string rounding)
    {
        if (rounding is "rn" or "") return MathF.FusedMultiplyAdd(a, b, c);
        // The product is exact in float64; the sum's error is found by TwoSum and decides directed rounding.
        double product = (double)a * b, sum = product + c;
        if (!double.IsFinite(sum)) return (float)sum;
        double other = sum - product, error = product - (sum - other) + (c - other);
        if (error != 0) sum = error > 0 ? (rounding is "rp" || rounding is "rz" && sum < 0 ? Math.BitIncrement(sum) : sum) : (rounding is "rm" || rounding is "rz" && sum > 0 ? Math.BitDecrement(sum) : sum);
        return ToSingle(sum, rounding);
    }

    /// <summary>Reads a value of a type as float64; integers of 64 bits are exact only up to 2^53.</summary>
    public static double Value(ulong bits, Ptx.PtxType type) => type switch
    {
        Ptx.PtxType.F32 => F(bits),
        Ptx.PtxType.F64 => D(bits),
        Ptx.PtxType.F16 => H(bits),
        Ptx.PtxType.BF16 => Bf(bits),
        Ptx.PtxType.S8 => (sbyte)bits,
        Ptx.PtxType.S16 => (short)bits,
        Ptx.PtxType.S32 => (int)bits,
        Ptx.PtxType.S64 => (long)bits,
        Ptx.PtxType.U8 => (byte)bits,
        Ptx.PtxType.U16 => (ushort)bits,
        Ptx.PtxType.U64 => bits,
        _ => (uint)bits,
    };

    /// <summary>Sign- or zero-extends to 64 bits.</summary>
    public static long Integer(ulong bits, Ptx.PtxType type) => type switch
    {
        Ptx.PtxType.S8 => (sbyte)bits,
        Ptx.PtxType.S16 => (short)bits,
        Ptx.PtxType.S32 => (int)bits,
        Ptx.PtxType.U8 or Ptx.PtxType.B8 => (byte)bits,
        Ptx.PtxType.U16 or Ptx.PtxType.B16 => (ushort)bits,
        Ptx.PtxType.U32 or Ptx.PtxType.B32 => (uint)bits,
        _ => (long)bits,
    };

    /// <summary>Rounds to an integer as cvt's <c>.rni .rzi .rmi .rpi</c> do.</summary>
    public static double Round(double value, string rounding) => rounding switch
    {
        "rni" => Math.Round(value, MidpointRounding.ToEven),
        "rmi" => Math.Floor(value),
        "rpi" => Math.Ceiling(value),
        _ => Math.Truncate(value),
    };

    /// <summary>A whole number clamped to an integer type; NaN is 0.</summary>
    public static ulong Clamp(double value, Ptx.PtxType type)
    {
        if (double.IsNaN(value)) return 0;
        return type switch
        {
            Ptx.PtxType.S8 => (byte)(sbyte)Math.Clamp(value, sbyte.MinValue, sbyte.MaxValue),
            Ptx.PtxType.U8 => (byte)Math.Clamp(value, 0, byte.MaxValue),
            Ptx.PtxType.S16 => (ushort)(short)Math.Clamp(value, short.MinValue, short.MaxValue),
            Ptx.PtxType.U16 => (ushort)Math.Clamp(value, 0, ushort.MaxValue),
            Ptx.PtxType.S32 => (uint)(int)Math.Clamp(value, int.MinValue, int.MaxValue),
            Ptx.PtxType.U32 => (uint)Math.Clamp(value, 0, uint.MaxValue),
            Ptx.PtxType.S64 => value >= 9.2233720368547758E18 ? long.MaxValue : value <= -9.2233720368547758E18 ? 1ul << 63 : (ulong)(long)value,
            _ => value >= 1.8446744073709552E19 ? ulong.MaxValue : value <= 0 ? 0 : (ulong)value,
        };
    }

    public static uint Permute(uint a, uint b, uint selector)
    {
        ulong bytes = a | (ulong)b << 32;
        uint result = 0;
        for (int i = 0; i < 4; i++)
        {
            int pick = (int)(selector >> (4 * i));
            byte value = (byte)(bytes >> (8 * (pick & 7)));
            if ((pick & 8) != 0) value = (byte)((sbyte)value >> 7);
            result |= (uint)value << (8 * i);
        }
        return result;
    }

    public static ulong ExtractField(ulong a, int position, int length, int width, bool signed)
    {
        position &= 0xFF;
        length &= 0xFF;
        ulong result = position >= width ? 0 : (width == 32 ? (uint)a : a) >> position;
        result = length >= 64 ? result : result & ((1ul << length) - 1);
        if (!signed || length == 0) return result;
        int top = Math.Min(position + length - 1, width - 1);
        return (a >> top & 1) == 0 || length >= 64 ? result : result | ulong.MaxValue << Math.Min(length, 63) | (position + length > width ? ulong.MaxValue << Math.Max(0, width - position) : 0);
    }

    public static ulong InsertField(ulong a, ulong b, int position, int length, int width)
    {
        position &= 0xFF;
        length &= 0xFF;
        if (position >= width || length == 0) return b;
        ulong mask = length >= 64 ? ulong.MaxValue : (1ul << length) - 1;
        return (b & ~(mask << position)) | (a & mask) << position;
    }

    public static uint Logic(uint a, uint b, uint c, uint table)
    {
        uint result = 0;
        if ((table & 0x01) != 0) result |= ~a & ~b & ~c;
        if ((table & 0x02) != 0) result |= ~a & ~b & c;
        if ((table & 0x04) != 0) result |= ~a & b & ~c;
        if ((table & 0x08) != 0) result |= ~a & b & c;
        if ((table & 0x10) != 0) result |= a & ~b & ~c;
        if ((table & 0x20) != 0) result |= a & ~b & c;
        if ((table & 0x40) != 0) result |= a & b & ~c;
        if ((table & 0x80) != 0) result |= a & b & c;
        return result;
    }
}
