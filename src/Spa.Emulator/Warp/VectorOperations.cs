using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Spa.Emulator.Warp;

internal readonly struct AddInt : IBinary32
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<uint> Do(Vector512<uint> a, Vector512<uint> b) => a + b;
}

internal readonly struct SubInt : IBinary32
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<uint> Do(Vector512<uint> a, Vector512<uint> b) => a - b;
}

internal readonly struct MulInt : IBinary32
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<uint> Do(Vector512<uint> a, Vector512<uint> b) => a * b;
}

internal readonly struct MadInt : ITernary32
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<uint> Do(Vector512<uint> a, Vector512<uint> b, Vector512<uint> c) => a * b + c;
}

internal readonly struct AndBits : IBinary32
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<uint> Do(Vector512<uint> a, Vector512<uint> b) => a & b;
}

internal readonly struct OrBits : IBinary32
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<uint> Do(Vector512<uint> a, Vector512<uint> b) => a | b;
}

internal readonly struct XorBits : IBinary32
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<uint> Do(Vector512<uint> a, Vector512<uint> b) => a ^ b;
}

internal readonly struct NotBits : IUnary32
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<uint> Do(Vector512<uint> a) => ~a;
}

internal readonly struct NegInt : IUnary32
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<uint> Do(Vector512<uint> a) => Vector512<uint>.Zero - a;
}

internal readonly struct ShiftLeftBits : IBinary32
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<uint> Do(Vector512<uint> a, Vector512<uint> b) => Vectors.ShiftLeft(a, b);
}

internal readonly struct ShiftRightBits : IBinary32
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<uint> Do(Vector512<uint> a, Vector512<uint> b) => Vectors.ShiftRight(a, b);
}

internal readonly struct ShiftRightInt : IBinary32
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<uint> Do(Vector512<uint> a, Vector512<uint> b) => Vectors.ShiftRightSigned(a, b);
}

internal readonly struct MinSigned : IBinary32
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<uint> Do(Vector512<uint> a, Vector512<uint> b) => Vector512.Min(a.AsInt32(), b.AsInt32()).AsUInt32();
}

internal readonly struct MaxSigned : IBinary32
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<uint> Do(Vector512<uint> a, Vector512<uint> b) => Vector512.Max(a.AsInt32(), b.AsInt32()).AsUInt32();
}

internal readonly struct MinUnsigned : IBinary32
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<uint> Do(Vector512<uint> a, Vector512<uint> b) => Vector512.Min(a, b);
}

internal readonly struct MaxUnsigned : IBinary32
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<uint> Do(Vector512<uint> a, Vector512<uint> b) => Vector512.Max(a, b);
}

internal readonly struct AddFloat : IBinary32
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<uint> Do(Vector512<uint> a, Vector512<uint> b) => (a.AsSingle() + b.AsSingle()).AsUInt32();
}

internal readonly struct SubFloat : IBinary32
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<uint> Do(Vector512<uint> a, Vector512<uint> b) => (a.AsSingle() - b.AsSingle()).AsUInt32();
}

internal readonly struct MulFloat : IBinary32
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<uint> Do(Vector512<uint> a, Vector512<uint> b) => (a.AsSingle() * b.AsSingle()).AsUInt32();
}

internal readonly struct DivFloat : IBinary32
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<uint> Do(Vector512<uint> a, Vector512<uint> b) => (a.AsSingle() / b.AsSingle()).AsUInt32();
}

internal readonly struct FmaFloat : ITernary32
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<uint> Do(Vector512<uint> a, Vector512<uint> b, Vector512<uint> c) => Vector512.FusedMultiplyAdd(a.AsSingle(), b.AsSingle(), c.AsSingle()).AsUInt32();
}

internal readonly struct MinFloat : IBinary32
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<uint> Do(Vector512<uint> a, Vector512<uint> b) => Vector512.MinNumber(a.AsSingle(), b.AsSingle()).AsUInt32();
}

internal readonly struct MaxFloat : IBinary32
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<uint> Do(Vector512<uint> a, Vector512<uint> b) => Vector512.MaxNumber(a.AsSingle(), b.AsSingle()).AsUInt32();
}

internal readonly struct NegFloat : IUnary32
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<uint> Do(Vector512<uint> a) => a ^ Vector512.Create(0x80000000);
}

internal readonly struct AbsFloat : IUnary32
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<uint> Do(Vector512<uint> a) => a & Vector512.Create(0x7FFFFFFFu);
}

internal readonly struct SqrtFloat : IUnary32
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<uint> Do(Vector512<uint> a) => Vector512.Sqrt(a.AsSingle()).AsUInt32();
}

internal readonly struct ToFloatSigned : IUnary32
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<uint> Do(Vector512<uint> a) => Vector512.ConvertToSingle(a.AsInt32()).AsUInt32();
}

internal readonly struct EqualInt : IBinary32
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<uint> Do(Vector512<uint> a, Vector512<uint> b) => Vector512.Equals(a, b);
}

internal readonly struct UnequalInt : IBinary32
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<uint> Do(Vector512<uint> a, Vector512<uint> b) => ~Vector512.Equals(a, b);
}

internal readonly struct LessSigned : IBinary32
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<uint> Do(Vector512<uint> a, Vector512<uint> b) => Vector512.LessThan(a.AsInt32(), b.AsInt32()).AsUInt32();
}

internal readonly struct LessEqualSigned : IBinary32
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<uint> Do(Vector512<uint> a, Vector512<uint> b) => Vector512.LessThanOrEqual(a.AsInt32(), b.AsInt32()).AsUInt32();
}

internal readonly struct LessUnsigned : IBinary32
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<uint> Do(Vector512<uint> a, Vector512<uint> b) => Vector512.LessThan(a, b);
}

internal readonly struct LessEqualUnsigned : IBinary32
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<uint> Do(Vector512<uint> a, Vector512<uint> b) => Vector512.LessThanOrEqual(a, b);
}

internal readonly struct LessFloat : IBinary32
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<uint> Do(Vector512<uint> a, Vector512<uint> b) => Vector512.LessThan(a.AsSingle(), b.AsSingle()).AsUInt32();
}

internal readonly struct LessEqualFloat : IBinary32
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<uint> Do(Vector512<uint> a, Vector512<uint> b) => Vector512.LessThanOrEqual(a.AsSingle(), b.AsSingle()).AsUInt32();
}

internal readonly struct EqualFloat : IBinary32
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<uint> Do(Vector512<uint> a, Vector512<uint> b) => Vector512.Equals(a.AsSingle(), b.AsSingle()).AsUInt32();
}

internal readonly struct AddWide : IBinary64
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<ulong> Do(Vector512<ulong> a, Vector512<ulong> b) => a + b;
}

internal readonly struct SubWide : IBinary64
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<ulong> Do(Vector512<ulong> a, Vector512<ulong> b) => a - b;
}

internal readonly struct MulWide : IBinary64
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<ulong> Do(Vector512<ulong> a, Vector512<ulong> b) => a * b;
}

internal readonly struct AndWide : IBinary64
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<ulong> Do(Vector512<ulong> a, Vector512<ulong> b) => a & b;
}

internal readonly struct OrWide : IBinary64
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<ulong> Do(Vector512<ulong> a, Vector512<ulong> b) => a | b;
}

internal readonly struct XorWide : IBinary64
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<ulong> Do(Vector512<ulong> a, Vector512<ulong> b) => a ^ b;
}

internal readonly struct AddDouble : IBinary64
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<ulong> Do(Vector512<ulong> a, Vector512<ulong> b) => (a.AsDouble() + b.AsDouble()).AsUInt64();
}

internal readonly struct MulDouble : IBinary64
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<ulong> Do(Vector512<ulong> a, Vector512<ulong> b) => (a.AsDouble() * b.AsDouble()).AsUInt64();
}

internal readonly struct LessWideSigned : IBinary64
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<ulong> Do(Vector512<ulong> a, Vector512<ulong> b) => Vector512.LessThan(a.AsInt64(), b.AsInt64()).AsUInt64();
}

internal readonly struct EqualWide : IBinary64
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<ulong> Do(Vector512<ulong> a, Vector512<ulong> b) => Vector512.Equals(a, b);
}
