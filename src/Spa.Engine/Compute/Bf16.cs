using System.Numerics;
using System.Runtime.InteropServices;

namespace Spa.Engine.Compute;

/// <summary>
/// bfloat16 in memory as <see cref="ushort"/>: the upper half of a binary32. Narrowing rounds to nearest, ties to even; a NaN stays a
/// NaN of the same sign, made quiet so that losing its lower bits cannot turn it into an infinity.
/// </summary>
public static class Bf16
{
    private const uint QuietBit = 0x0040_0000;
    private const uint MagnitudeMask = 0x7FFF_FFFF;
    private const uint Infinity = 0x7F80_0000;

    /// <summary>The float32 with the same value.</summary>
    public static float ToSingle(ushort value) => BitConverter.UInt32BitsToSingle((uint)value << 16);

    /// <summary>The nearest bfloat16.</summary>
    public static ushort FromSingle(float value)
    {
        uint bits = BitConverter.SingleToUInt32Bits(value);
        if (float.IsNaN(value)) return (ushort)((bits | QuietBit) >> 16);
        // Adding 0x7FFF plus the lowest kept bit carries into the kept half exactly when nearest-even rounds up.
        return (ushort)((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
    }

    /// <summary>destination[i] = source[i] as float32; a longer destination keeps its rest.</summary>
    public static void Widen(ReadOnlySpan<ushort> source, Span<float> destination)
    {
        RequireRoom(source.Length, destination.Length);
        Span<uint> bits = MemoryMarshal.Cast<float, uint>(destination);
        int i = 0;
        for (; i <= source.Length - Vector<ushort>.Count; i += Vector<ushort>.Count)
        {
            Vector.Widen(new Vector<ushort>(source[i..]), out Vector<uint> lower, out Vector<uint> upper);
            Vector.ShiftLeft(lower, 16).CopyTo(bits[i..]);
            Vector.ShiftLeft(upper, 16).CopyTo(bits[(i + Vector<uint>.Count)..]);
        }
        for (; i < source.Length; i++) bits[i] = (uint)source[i] << 16;
    }

    /// <summary>destination[i] = the nearest bfloat16 of source[i]; a longer destination keeps its rest.</summary>
    public static void Narrow(ReadOnlySpan<float> source, Span<ushort> destination)
    {
        RequireRoom(source.Length, destination.Length);
        ReadOnlySpan<uint> bits = MemoryMarshal.Cast<float, uint>(source);
        int i = 0;
        for (; i <= source.Length - Vector<ushort>.Count; i += Vector<ushort>.Count)
        {
            Vector<uint> lower = Round(new Vector<uint>(bits[i..])), upper = Round(new Vector<uint>(bits[(i + Vector<uint>.Count)..]));
            Vector.Narrow(lower, upper).CopyTo(destination[i..]);
        }
        for (; i < source.Length; i++) destination[i] = FromSingle(source[i]);
    }

    private static Vector<uint> Round(Vector<uint> bits)
    {
        Vector<uint> rounded = bits + new Vector<uint>(0x7FFF) + (Vector.ShiftRightLogical(bits, 16) & Vector<uint>.One);
        Vector<uint> isNaN = Vector.GreaterThan(bits & new Vector<uint>(MagnitudeMask), new Vector<uint>(Infinity));
        return Vector.ShiftRightLogical(Vector.ConditionalSelect(isNaN, bits | new Vector<uint>(QuietBit), rounded), 16);
    }

    private static void RequireRoom(int source, int destination)
    {
        if (source > destination) throw new ArgumentException($"{source} elements cannot be written to {destination}");
    }
}
