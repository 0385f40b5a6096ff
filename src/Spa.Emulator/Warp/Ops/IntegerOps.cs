using System.Numerics;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Spa.Emulator.Warp.Ops;

// Integer and logic operations; what PTX calls each is in the decoder's tables.

internal readonly struct Add<T> : IVectorBinary<T>
{
    public static Vector512<T> Apply(Vector512<T> a, Vector512<T> b) => a + b;
}

internal readonly struct Subtract<T> : IVectorBinary<T>
{
    public static Vector512<T> Apply(Vector512<T> a, Vector512<T> b) => a - b;
}

internal readonly struct Multiply<T> : IVectorBinary<T>
{
    public static Vector512<T> Apply(Vector512<T> a, Vector512<T> b) => a * b;
}

internal readonly struct MultiplyAdd<T> : IVectorTernary<T>
{
    public static Vector512<T> Apply(Vector512<T> a, Vector512<T> b, Vector512<T> c) => a * b + c;
}

internal readonly struct And<T> : IVectorBinary<T>
{
    public static Vector512<T> Apply(Vector512<T> a, Vector512<T> b) => a & b;
}

internal readonly struct Or<T> : IVectorBinary<T>
{
    public static Vector512<T> Apply(Vector512<T> a, Vector512<T> b) => a | b;
}

internal readonly struct Xor<T> : IVectorBinary<T>
{
    public static Vector512<T> Apply(Vector512<T> a, Vector512<T> b) => a ^ b;
}

internal readonly struct Not<T> : IVectorUnary<T>
{
    public static Vector512<T> Apply(Vector512<T> a) => ~a;
}

internal readonly struct Negate<T> : IVectorUnary<T>
{
    public static Vector512<T> Apply(Vector512<T> a) => -a;
}

internal readonly struct Absolute<T> : IVectorUnary<T>
{
    public static Vector512<T> Apply(Vector512<T> a) => Vector512.ConditionalSelect(Vector512.LessThan(a, Vector512<T>.Zero), -a, a);
}

internal readonly struct Minimum<T> : IVectorBinary<T>
{
    public static Vector512<T> Apply(Vector512<T> a, Vector512<T> b) => Vector512.Min(a, b);
}

internal readonly struct Maximum<T> : IVectorBinary<T>
{
    public static Vector512<T> Apply(Vector512<T> a, Vector512<T> b) => Vector512.Max(a, b);
}

/// <summary>cnot: 1 where a is 0, else 0.</summary>
internal readonly struct LogicalNot<T> : IVectorUnary<T>
{
    public static Vector512<T> Apply(Vector512<T> a) => Vector512.Equals(a, Vector512<T>.Zero) & Vector512<T>.One;
}

internal readonly struct EqualTo<T> : IVectorCompare<T>
{
    public static Vector512<T> Apply(Vector512<T> a, Vector512<T> b) => Vector512.Equals(a, b);
}

/// <summary>Not equal; true for unordered operands (neu), and for integers ne.</summary>
internal readonly struct NotEqualTo<T> : IVectorCompare<T>
{
    public static Vector512<T> Apply(Vector512<T> a, Vector512<T> b) => ~Vector512.Equals(a, b);
}

internal readonly struct LessThan<T> : IVectorCompare<T>
{
    public static Vector512<T> Apply(Vector512<T> a, Vector512<T> b) => Vector512.LessThan(a, b);
}

internal readonly struct LessOrEqual<T> : IVectorCompare<T>
{
    public static Vector512<T> Apply(Vector512<T> a, Vector512<T> b) => Vector512.LessThanOrEqual(a, b);
}

internal readonly struct GreaterThan<T> : IVectorCompare<T>
{
    public static Vector512<T> Apply(Vector512<T> a, Vector512<T> b) => Vector512.GreaterThan(a, b);
}

internal readonly struct GreaterOrEqual<T> : IVectorCompare<T>
{
    public static Vector512<T> Apply(Vector512<T> a, Vector512<T> b) => Vector512.GreaterThanOrEqual(a, b);
}

/// <summary>shl: amounts at or beyond the width give 0.</summary>
internal readonly struct ShiftLeft32 : IVectorBinary<uint>
{
    public static Vector512<uint> Apply(Vector512<uint> a, Vector512<uint> b)
    {
        if (Avx512F.IsSupported) return Avx512F.ShiftLeftLogicalVariable(a, b);
        Span<uint> values = stackalloc uint[16];
        for (int k = 0; k < 16; k++) values[k] = b[k] > 31 ? 0 : a[k] << (int)b[k];
        return Vector512.Create<uint>(values);
    }
}

internal readonly struct ShiftRight32 : IVectorBinary<uint>
{
    public static Vector512<uint> Apply(Vector512<uint> a, Vector512<uint> b)
    {
        if (Avx512F.IsSupported) return Avx512F.ShiftRightLogicalVariable(a, b);
        Span<uint> values = stackalloc uint[16];
        for (int k = 0; k < 16; k++) values[k] = b[k] > 31 ? 0 : a[k] >> (int)b[k];
        return Vector512.Create<uint>(values);
    }
}

internal readonly struct ShiftRightSigned32 : IVectorBinary<uint>
{
    public static Vector512<uint> Apply(Vector512<uint> a, Vector512<uint> b)
    {
        if (Avx512F.IsSupported) return Avx512F.ShiftRightArithmeticVariable(a.AsInt32(), b).AsUInt32();
        Span<uint> values = stackalloc uint[16];
        for (int k = 0; k < 16; k++) values[k] = (uint)((int)a[k] >> (int)Math.Min(b[k], 31));
        return Vector512.Create<uint>(values);
    }
}

internal readonly struct ShiftLeft<T> : IScalarBinary<T, uint, T> where T : unmanaged, IBinaryInteger<T>
{
    public static unsafe T Apply(T a, uint b) => b >= 8 * sizeof(T) ? T.Zero : a << (int)b;
}

/// <summary>shr: zeros or copies of the sign come in by the signedness of T; amounts are clamped to the width.</summary>
internal readonly struct ShiftRight<T> : IScalarBinary<T, uint, T> where T : unmanaged, IBinaryInteger<T>
{
    public static unsafe T Apply(T a, uint b) => b < 8 * sizeof(T) ? a >> (int)b : T.IsNegative(a) ? -T.One : T.Zero;
}

/// <summary>div: by 0 gives all ones, as devices do; the least integer by -1 gives itself.</summary>
internal readonly struct Divide<T> : IScalarBinary<T, T, T> where T : unmanaged, IBinaryInteger<T>
{
    public static T Apply(T a, T b) => T.IsZero(b) ? ~T.Zero : b == ~T.Zero && T.IsNegative(b) ? T.Zero - a : a / b;
}

/// <summary>rem: the sign of a; by 0 gives a.</summary>
internal readonly struct Remainder<T> : IScalarBinary<T, T, T> where T : unmanaged, IBinaryInteger<T>
{
    public static T Apply(T a, T b) => T.IsZero(b) ? a : b == ~T.Zero && T.IsNegative(b) ? T.Zero : a % b;
}

internal readonly struct MultiplyHigh16 : IScalarBinary<ushort, ushort, ushort>
{
    public static ushort Apply(ushort a, ushort b) => (ushort)((uint)a * b >> 16);
}

internal readonly struct MultiplyHighS16 : IScalarBinary<short, short, short>
{
    public static short Apply(short a, short b) => (short)(a * b >> 16);
}

internal readonly struct MultiplyHigh32 : IScalarBinary<uint, uint, uint>
{
    public static uint Apply(uint a, uint b) => (uint)((ulong)a * b >> 32);
}

internal readonly struct MultiplyHighS32 : IScalarBinary<int, int, int>
{
    public static int Apply(int a, int b) => (int)((long)a * b >> 32);
}

internal readonly struct MultiplyHigh64 : IScalarBinary<ulong, ulong, ulong>
{
    public static ulong Apply(ulong a, ulong b) => Math.BigMul(a, b, out _);
}

internal readonly struct MultiplyHighS64 : IScalarBinary<long, long, long>
{
    public static long Apply(long a, long b) => Math.BigMul(a, b, out _);
}

/// <summary>mad.hi: the high half of a b, plus c.</summary>
internal readonly struct MultiplyHighAdd<T, TOp> : IScalarTernary<T, T, T, T> where T : unmanaged, IBinaryInteger<T> where TOp : IScalarBinary<T, T, T>
{
    public static T Apply(T a, T b, T c) => TOp.Apply(a, b) + c;
}

/// <summary>mul.wide: the full product in twice the width.</summary>
internal readonly struct MultiplyWide<T, TWide> : IScalarBinary<T, T, TWide> where T : unmanaged, IBinaryInteger<T> where TWide : unmanaged, IBinaryInteger<TWide>
{
    public static TWide Apply(T a, T b) => TWide.CreateTruncating(a) * TWide.CreateTruncating(b);
}

internal readonly struct MultiplyWideAdd<T, TWide> : IScalarTernary<T, T, TWide, TWide> where T : unmanaged, IBinaryInteger<T> where TWide : unmanaged, IBinaryInteger<TWide>
{
    public static TWide Apply(T a, T b, TWide c) => TWide.CreateTruncating(a) * TWide.CreateTruncating(b) + c;
}

internal readonly struct AddSaturated : IScalarBinary<int, int, int>
{
    public static int Apply(int a, int b) => (int)Math.Clamp((long)a + b, int.MinValue, int.MaxValue);
}

internal readonly struct SubtractSaturated : IScalarBinary<int, int, int>
{
    public static int Apply(int a, int b) => (int)Math.Clamp((long)a - b, int.MinValue, int.MaxValue);
}

internal readonly struct MultiplyHighAddSaturated : IScalarTernary<int, int, int, int>
{
    public static int Apply(int a, int b, int c) => (int)Math.Clamp(((long)a * b >> 32) + c, int.MinValue, int.MaxValue);
}

/// <summary>mul24.lo and mad24.lo: the low 24 bits of both, sign-extended for T signed.</summary>
internal readonly struct Multiply24 : IScalarBinary<uint, uint, uint>
{
    public static uint Apply(uint a, uint b) => (a & 0xFF_FFFF) * (b & 0xFF_FFFF);
}

internal readonly struct Multiply24Signed : IScalarBinary<int, int, int>
{
    public static int Apply(int a, int b) => (a << 8 >> 8) * (b << 8 >> 8);
}

internal readonly struct Multiply24Add<T, TOp> : IScalarTernary<T, T, T, T> where T : unmanaged, IBinaryInteger<T> where TOp : IScalarBinary<T, T, T>
{
    public static T Apply(T a, T b, T c) => TOp.Apply(a, b) + c;
}

/// <summary>sad: c + |a - b|.</summary>
internal readonly struct SumAbsoluteDifference<T> : IScalarTernary<T, T, T, T> where T : unmanaged, IBinaryInteger<T>
{
    public static T Apply(T a, T b, T c) => c + (a < b ? b - a : a - b);
}
