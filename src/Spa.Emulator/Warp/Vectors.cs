using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Spa.Emulator.Warp;

internal interface IBinary32
{
    static abstract Vector512<uint> Do(Vector512<uint> a, Vector512<uint> b);
}

internal interface ITernary32
{
    static abstract Vector512<uint> Do(Vector512<uint> a, Vector512<uint> b, Vector512<uint> c);
}

internal interface IUnary32
{
    static abstract Vector512<uint> Do(Vector512<uint> a);
}

internal interface IBinary64
{
    static abstract Vector512<ulong> Do(Vector512<ulong> a, Vector512<ulong> b);
}

/// <summary>Operations of whole warps, two vectors of sixteen lanes (four of eight for 64 bits).</summary>
internal static unsafe class Vectors
{
    public static void Unary<T>(WarpState w, Instruction i) where T : struct, IUnary32
    {
        uint* a = w.Lanes(i.A);
        w.Put(i.D, T.Do(Vector512.Load(a)), T.Do(Vector512.Load(a + 16)));
    }

    public static void Binary<T>(WarpState w, Instruction i) where T : struct, IBinary32
    {
        uint* a = w.Lanes(i.A), b = w.Lanes(i.B);
        w.Put(i.D, T.Do(Vector512.Load(a), Vector512.Load(b)), T.Do(Vector512.Load(a + 16), Vector512.Load(b + 16)));
    }

    public static void Ternary<T>(WarpState w, Instruction i) where T : struct, ITernary32
    {
        uint* a = w.Lanes(i.A), b = w.Lanes(i.B), c = w.Lanes(i.C);
        w.Put(i.D, T.Do(Vector512.Load(a), Vector512.Load(b), Vector512.Load(c)), T.Do(Vector512.Load(a + 16), Vector512.Load(b + 16), Vector512.Load(c + 16)));
    }

    public static void Binary64<T>(WarpState w, Instruction i) where T : struct, IBinary64
    {
        ulong* a = w.Wide(i.A), b = w.Wide(i.B);
        for (int part = 0; part < 4; part++) w.PutWide(i.D, part, T.Do(Vector512.Load(a + 8 * part), Vector512.Load(b + 8 * part)));
    }

    /// <summary>Sets a predicate from a comparison whose result is all ones or zeros.</summary>
    public static void Compare<T>(WarpState w, Instruction i) where T : struct, IBinary32
    {
        uint* a = w.Lanes(i.A), b = w.Lanes(i.B);
        Predicates.Set(w, i, LaneBits.Of(T.Do(Vector512.Load(a), Vector512.Load(b)), T.Do(Vector512.Load(a + 16), Vector512.Load(b + 16))));
    }

    public static void Compare64<T>(WarpState w, Instruction i) where T : struct, IBinary64
    {
        ulong* a = w.Wide(i.A), b = w.Wide(i.B);
        uint bits = 0;
        for (int part = 0; part < 4; part++) bits |= (uint)T.Do(Vector512.Load(a + 8 * part), Vector512.Load(b + 8 * part)).ExtractMostSignificantBits() << (8 * part);
        Predicates.Set(w, i, bits);
    }

    /// <summary>d = p ? a : b.</summary>
    public static void Select(WarpState w, Instruction i)
    {
        uint bits = *(uint*)(w.File + i.C);
        uint* a = w.Lanes(i.A), b = w.Lanes(i.B);
        w.Put(i.D, Vector512.ConditionalSelect(LaneBits.Mask32(bits), Vector512.Load(a), Vector512.Load(b)), Vector512.ConditionalSelect(LaneBits.Mask32(bits >> 16), Vector512.Load(a + 16), Vector512.Load(b + 16)));
    }

    public static void Select64(WarpState w, Instruction i)
    {
        uint bits = *(uint*)(w.File + i.C);
        ulong* a = w.Wide(i.A), b = w.Wide(i.B);
        for (int part = 0; part < 4; part++) w.PutWide(i.D, part, Vector512.ConditionalSelect(LaneBits.Mask64(bits >> (8 * part)), Vector512.Load(a + 8 * part), Vector512.Load(b + 8 * part)));
    }

    public static void Move(WarpState w, Instruction i)
    {
        uint* a = w.Lanes(i.A);
        w.Put(i.D, Vector512.Load(a), Vector512.Load(a + 16));
    }

    public static void Move64(WarpState w, Instruction i)
    {
        ulong* a = w.Wide(i.A);
        for (int part = 0; part < 4; part++) w.PutWide(i.D, part, Vector512.Load(a + 8 * part));
    }

    /// <summary>64-bit d = extension of 32-bit a.</summary>
    public static void ExtendSigned(WarpState w, Instruction i)
    {
        int* a = (int*)w.Lanes(i.A);
        for (int part = 0; part < 4; part++) w.PutWide(i.D, part, Vector512.WidenLower(Vector512.Create(Vector256.Load(a + 8 * part), default)).AsUInt64());
    }

    public static void ExtendUnsigned(WarpState w, Instruction i)
    {
        uint* a = w.Lanes(i.A);
        for (int part = 0; part < 4; part++) w.PutWide(i.D, part, Vector512.WidenLower(Vector512.Create(Vector256.Load(a + 8 * part), default)));
    }

    /// <summary>32-bit d = low half of 64-bit a.</summary>
    public static void Narrow(WarpState w, Instruction i)
    {
        ulong* a = w.Wide(i.A);
        w.Put(i.D, Vector512.Narrow(Vector512.Load(a), Vector512.Load(a + 8)), Vector512.Narrow(Vector512.Load(a + 16), Vector512.Load(a + 24)));
    }

    /// <summary>64-bit d = 32-bit a times b (+ 64-bit c).</summary>
    public static void MultiplyWide(WarpState w, Instruction i)
    {
        for (int part = 0; part < 4; part++)
        {
            Vector512<ulong> product;
            if (i.Signed)
            {
                Vector512<long> a = Vector512.WidenLower(Vector512.Create(Vector256.Load((int*)w.Lanes(i.A) + 8 * part), default)), b = Vector512.WidenLower(Vector512.Create(Vector256.Load((int*)w.Lanes(i.B) + 8 * part), default));
                product = (a * b).AsUInt64();
            }
            else
            {
                product = Vector512.WidenLower(Vector512.Create(Vector256.Load(w.Lanes(i.A) + 8 * part), default)) * Vector512.WidenLower(Vector512.Create(Vector256.Load(w.Lanes(i.B) + 8 * part), default));
            }
            w.PutWide(i.D, part, i.C < 0 ? product : product + Vector512.Load(w.Wide(i.C) + 8 * part));
        }
    }

    /// <summary>Any operation, lane by lane, by the function in Extra.</summary>
    public static void Lanewise(WarpState w, Instruction i)
    {
        var function = (Func<ulong, ulong, ulong, ulong>)i.Extra!;
        for (uint left = w.Exec; left != 0; left &= left - 1)
        {
            int lane = System.Numerics.BitOperations.TrailingZeroCount(left);
            ulong a = i.A < 0 ? 0 : w.Get(i.A, lane, i.WidthA), b = i.B < 0 ? 0 : w.Get(i.B, lane, i.WidthB), c = i.C < 0 ? 0 : w.Get(i.C, lane, i.WidthC);
            w.Set(i.D, lane, i.WidthD, function(a, b, c));
        }
    }

    /// <summary>The same with a predicate as its result.</summary>
    public static void LanewisePredicate(WarpState w, Instruction i)
    {
        var function = (Func<ulong, ulong, ulong, ulong>)i.Extra!;
        uint bits = 0;
        for (uint left = w.Exec; left != 0; left &= left - 1)
        {
            int lane = System.Numerics.BitOperations.TrailingZeroCount(left);
            if (function(i.A < 0 ? 0 : w.Get(i.A, lane, i.WidthA), i.B < 0 ? 0 : w.Get(i.B, lane, i.WidthB), 0) != 0) bits |= 1u << lane;
        }
        Predicates.Set(w, i, bits);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<uint> ShiftLeft(Vector512<uint> a, Vector512<uint> count)
    {
        if (Avx512F.IsSupported) return Avx512F.ShiftLeftLogicalVariable(a, count);
        Vector512<uint> result = default;
        for (int n = 0; n < 16; n++) result = result.WithElement(n, count[n] > 31 ? 0 : a[n] << (int)count[n]);
        return result;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<uint> ShiftRight(Vector512<uint> a, Vector512<uint> count)
    {
        if (Avx512F.IsSupported) return Avx512F.ShiftRightLogicalVariable(a, count);
        Vector512<uint> result = default;
        for (int n = 0; n < 16; n++) result = result.WithElement(n, count[n] > 31 ? 0 : a[n] >> (int)count[n]);
        return result;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<uint> ShiftRightSigned(Vector512<uint> a, Vector512<uint> count)
    {
        if (Avx512F.IsSupported) return Avx512F.ShiftRightArithmeticVariable(a.AsInt32(), count).AsUInt32();
        Vector512<uint> result = default;
        for (int n = 0; n < 16; n++) result = result.WithElement(n, (uint)((int)a[n] >> (int)Math.Min(31, count[n])));
        return result;
    }
}
