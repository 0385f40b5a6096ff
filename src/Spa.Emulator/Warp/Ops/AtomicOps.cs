using System.Numerics;

namespace Spa.Emulator.Warp.Ops;

// Operations of atom and red: the new value from the old one, an operand, and for cas a second one.

internal readonly struct AtomicAdd<T> : IScalarTernary<T, T, T, T> where T : unmanaged, INumber<T>
{
    public static T Apply(T old, T b, T c) => old + b;
}

internal readonly struct AtomicMinimum<T> : IScalarTernary<T, T, T, T> where T : unmanaged, INumber<T>
{
    public static T Apply(T old, T b, T c) => old < b ? old : b;
}

internal readonly struct AtomicMaximum<T> : IScalarTernary<T, T, T, T> where T : unmanaged, INumber<T>
{
    public static T Apply(T old, T b, T c) => old > b ? old : b;
}

internal readonly struct AtomicAnd<T> : IScalarTernary<T, T, T, T> where T : unmanaged, IBinaryInteger<T>
{
    public static T Apply(T old, T b, T c) => old & b;
}

internal readonly struct AtomicOr<T> : IScalarTernary<T, T, T, T> where T : unmanaged, IBinaryInteger<T>
{
    public static T Apply(T old, T b, T c) => old | b;
}

internal readonly struct AtomicXor<T> : IScalarTernary<T, T, T, T> where T : unmanaged, IBinaryInteger<T>
{
    public static T Apply(T old, T b, T c) => old ^ b;
}

internal readonly struct AtomicExchange<T> : IScalarTernary<T, T, T, T> where T : unmanaged
{
    public static T Apply(T old, T b, T c) => b;
}

internal readonly struct AtomicCompareSwap<T> : IScalarTernary<T, T, T, T> where T : unmanaged, IBinaryInteger<T>
{
    public static T Apply(T old, T b, T c) => old == b ? c : old;
}

internal readonly struct AtomicIncrement : IScalarTernary<uint, uint, uint, uint>
{
    public static uint Apply(uint old, uint b, uint c) => old >= b ? 0 : old + 1;
}

internal readonly struct AtomicDecrement : IScalarTernary<uint, uint, uint, uint>
{
    public static uint Apply(uint old, uint b, uint c) => old == 0 || old > b ? b : old - 1;
}

/// <summary>Global memory adds float32 with subnormals flushed, shared memory without.</summary>
internal readonly struct AtomicAddF32<TFlush> : IScalarTernary<float, float, float, float> where TFlush : IFlag
{
    public static float Apply(float old, float b, float c) => TFlush.On ? Float32.Flush(Float32.Canonical(Float32.Flush(old) + Float32.Flush(b))) : Float32.Canonical(old + b);
}

internal readonly struct AtomicSmall<TOp> : IScalarTernary<ushort, ushort, ushort, ushort> where TOp : IScalarBinary<ushort, ushort, ushort>
{
    public static ushort Apply(ushort old, ushort b, ushort c) => TOp.Apply(old, b);
}

internal readonly struct AtomicSmallPair<TOp> : IScalarTernary<uint, uint, uint, uint> where TOp : IScalarBinary<ushort, ushort, ushort>
{
    public static uint Apply(uint old, uint b, uint c) => Pair<TOp>.Apply(old, b);
}
