using System.Numerics;
using System.Runtime.Intrinsics;
using Spa.Emulator.Ptx;
using Spa.Emulator.Warp.Ops;

namespace Spa.Emulator.Warp;

/// <summary>cvt. Frequent pairs have vector forms; the others go lane by lane through <see cref="Convert"/>.</summary>
internal static unsafe class ConvertHandlers
{
    public const int Ftz = 1, Sat = 2, Relu = 4, ToInteger = 8, SatFinite = 16;

    /// <summary>Any pair of types: <see cref="Instruction.Target"/> and <see cref="Instruction.Count"/> are source and result types, Bytes the rounding, D2 the flags.</summary>
    public static void General(WarpState w, Instruction* i, uint mask)
    {
        PtxType from = (PtxType)i->Target, to = (PtxType)i->Count;
        int fromBytes = (int)i->Immediate & 15, toBytes = (int)(i->Immediate >> 4);
        byte* a = w.Registers + i->A, d = w.Registers + i->D;
        for (uint rest = mask; rest != 0; rest &= rest - 1)
        {
            int lane = BitOperations.TrailingZeroCount(rest);
            ulong value = fromBytes switch { 8 => ((ulong*)a)[lane], 4 => ((uint*)a)[lane], _ => ((ushort*)a)[lane] };
            ulong result = Convert(value, from, to, (Rounding)i->Bytes, i->D2);
            if (toBytes == 8) ((ulong*)d)[lane] = result;
            else if (toBytes == 4) ((uint*)d)[lane] = (uint)result;
            else ((ushort*)d)[lane] = (ushort)result;
        }
    }

    /// <summary>cvt with two sources: the first goes to the upper half.</summary>
    public static void Packed(WarpState w, Instruction* i, uint mask)
    {
        float* a = (float*)(w.Registers + i->A), b = (float*)(w.Registers + i->B);
        uint* d = (uint*)(w.Registers + i->D);
        PtxType to = (PtxType)i->Count;
        for (uint rest = mask; rest != 0; rest &= rest - 1)
        {
            int lane = BitOperations.TrailingZeroCount(rest);
            ulong high = FromReal(a[lane], to, (Rounding)i->Bytes, i->D2), low = FromReal(b[lane], to, (Rounding)i->Bytes, i->D2);
            d[lane] = (uint)(high << 16 | low);
        }
    }

    /// <summary>The value bits of a type converted, extended to 64 bits as the result type's sign demands.</summary>
    public static ulong Convert(ulong bits, PtxType from, PtxType to, Rounding rounding, int flags)
    {
        switch (from)
        {
            case PtxType.F32:
                float single = BitConverter.UInt32BitsToSingle((uint)bits);
                return FromReal((flags & Ftz) != 0 ? Float32.Flush(single) : single, to, rounding, flags);
            case PtxType.F64:
                return FromReal(BitConverter.UInt64BitsToDouble(bits), to, rounding, flags, isDouble: true);
            case PtxType.F16:
                return FromReal(SmallFloats.FromHalf((ushort)bits), to, rounding, flags);
            case PtxType.BF16:
                return FromReal(SmallFloats.FromBrain((ushort)bits), to, rounding, flags);
        }
        Int128 integer = from switch
        {
            PtxType.S8 => (sbyte)bits,
            PtxType.U8 or PtxType.B8 => (byte)bits,
            PtxType.S16 => (short)bits,
            PtxType.U16 or PtxType.B16 => (ushort)bits,
            PtxType.S32 => (int)bits,
            PtxType.U32 or PtxType.B32 => (uint)bits,
            PtxType.S64 => (long)bits,
            _ => (Int128)bits,
        };
        return FromInteger(integer, to, rounding, flags);
    }

    private static ulong FromInteger(Int128 value, PtxType to, Rounding rounding, int flags)
    {
        if (!PtxTypes.IsFloat(to))
        {
            int width = 8 * PtxTypes.Size(to);
            bool signed = PtxTypes.IsSigned(to);
            if ((flags & Sat) != 0)
            {
                Int128 most = signed ? (Int128.One << width - 1) - 1 : (Int128.One << width) - 1, least = signed ? -(Int128.One << width - 1) : 0;
                value = Int128.Clamp(value, least, most);
            }
            return Extend((ulong)(long)(value & ulong.MaxValue), width, signed);
        }
        // The high part is exact in float64 once the bits below it are folded in; what is folded only ever breaks ties.
        bool negative = value < 0;
        ulong magnitude = (ulong)(negative ? -value : value);
        int drop = Math.Max(0, 64 - BitOperations.LeadingZeroCount(magnitude) - 53);
        ulong kept = magnitude >> drop << drop, rest = magnitude - kept;
        double high = negative ? -(double)kept : kept, low = negative ? -(double)rest : rest;
        if (to == PtxType.F64)
        {
            double nearest = negative ? -(double)magnitude : magnitude;
            if (rounding == Rounding.Nearest || rest == 0) return BitConverter.DoubleToUInt64Bits(nearest);
            // kept is the value rounded to zero; a step away from zero is the other neighbour.
            bool away = rounding == Rounding.Up && !negative || rounding == Rounding.Down && negative;
            return BitConverter.DoubleToUInt64Bits(away ? (negative ? Math.BitDecrement(high) : Math.BitIncrement(high)) : high);
        }
        double sticky = Directed.Sticky(high, low);
        if (to == PtxType.F32)
        {
            float result = Directed.ToSingle(sticky, 0, rounding);
            if ((flags & Sat) != 0) result = Float32.Saturate(result);
            return BitConverter.SingleToUInt32Bits(result);
        }
        return to == PtxType.F16 ? SmallFloats.ToHalf(sticky, rounding) : SmallFloats.ToBrain(sticky, rounding);
    }

    private static ulong FromReal(double value, PtxType to, Rounding rounding, int flags, bool isDouble = false)
    {
        if (!PtxTypes.IsFloat(to)) return ToIntegerType(value, to, rounding, isDouble);
        if ((flags & ToInteger) != 0)
        {
            value = Whole(value, rounding);
            rounding = Rounding.Nearest;
        }
        if ((flags & Sat) != 0) value = value > 0 ? Math.Min(value, 1) : 0;
        if ((flags & Relu) != 0 && value <= 0) value = 0;
        switch (to)
        {
            case PtxType.F32:
                float single = Directed.ToSingle(value, 0, rounding);
                if ((flags & Ftz) != 0) single = Float32.Flush(single);
                return BitConverter.SingleToUInt32Bits(Float32.Canonical(single));
            case PtxType.TF32:
                return SmallFloats.ToTf32((float)value, rounding);
            case PtxType.F64:
                return BitConverter.DoubleToUInt64Bits(value);
            case PtxType.F16:
                return Finite(SmallFloats.ToHalf(value, rounding), 0x7C00, flags);
            default:
                return Finite(SmallFloats.ToBrain(value, rounding), 0x7F80, flags);
        }
    }

    /// <summary>.satfinite: the largest finite number in place of infinities.</summary>
    private static ulong Finite(ushort bits, int infinity, int flags) => (flags & SatFinite) != 0 && (bits & 0x7FFF) == infinity ? (ulong)(bits - 1) : bits;

    private static double Whole(double value, Rounding rounding) => rounding switch
    {
        Rounding.Nearest => Math.Round(value, MidpointRounding.ToEven),
        Rounding.Zero => Math.Truncate(value),
        Rounding.Down => Math.Floor(value),
        _ => Math.Ceiling(value),
    };

    /// <summary>Out of range is clamped. NaN is 0, but the top bit alone where the source or the result has 64 bits.</summary>
    private static ulong ToIntegerType(double value, PtxType to, Rounding rounding, bool isDouble)
    {
        int width = 8 * PtxTypes.Size(to);
        bool signed = PtxTypes.IsSigned(to);
        if (double.IsNaN(value)) return isDouble || width == 64 ? Extend(1UL << width - 1, width, signed) : 0;
        value = Whole(value, rounding);
        double most = Math.ScaleB(1, signed ? width - 1 : width), least = signed ? -most : 0;
        if (value >= most) return Extend(signed ? (1UL << width - 1) - 1 : width == 64 ? ulong.MaxValue : (1UL << width) - 1, width, signed);
        if (value <= least) return Extend(signed ? 1UL << width - 1 : 0, width, signed);
        return signed ? (ulong)(long)value : (ulong)value;
    }

    private static ulong Extend(ulong bits, int width, bool signed)
    {
        if (width == 64) return bits;
        return signed ? (ulong)((long)(bits << 64 - width) >> 64 - width) : bits & (1UL << width) - 1;
    }
}

/// <summary>cvt.rn.f32.s32.</summary>
internal readonly struct Int32ToSingle : IVectorUnary<uint>
{
    public static Vector512<uint> Apply(Vector512<uint> a) => Vector512.ConvertToSingle(a.AsInt32()).AsUInt32();
}

/// <summary>cvt.f32.bf16.</summary>
internal readonly struct BrainToSingle : IScalarUnary<ushort, uint>
{
    public static uint Apply(ushort a) => (a & 0x7FFF) > 0x7F80 ? Float32.NanBits : (uint)a << 16;
}

/// <summary>cvt.rn.bf16.f32.</summary>
internal readonly struct SingleToBrain : IScalarUnary<uint, ushort>
{
    public static ushort Apply(uint a) => (a & 0x7FFF_FFFF) > 0x7F80_0000 ? SmallFloats.BrainNan : (ushort)(a + 0x7FFF + (a >> 16 & 1) >> 16);
}

/// <summary>cvt between integers, or any widths of one kind.</summary>
internal readonly struct Resize<TA, TResult> : IScalarUnary<TA, TResult> where TA : unmanaged, IBinaryInteger<TA> where TResult : unmanaged, IBinaryInteger<TResult>
{
    public static TResult Apply(TA a) => TResult.CreateTruncating(a);
}
