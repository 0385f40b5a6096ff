using System.Numerics;
using System.Runtime.InteropServices;

namespace Spa.Engine.Formats;

/// <summary>Finds NaN and infinity in weights, at the speed of memory.</summary>
public static class FiniteCheck
{
    private const uint SingleExponent = 0x7F80_0000;
    private const ushort Bf16Exponent = 0x7F80;

    /// <summary>Index of the first NaN or infinity; -1 if there is none.</summary>
    public static int FirstNonFinite(ReadOnlySpan<float> values) => First(MemoryMarshal.Cast<float, uint>(values), SingleExponent);

    /// <summary>Index of the first NaN or infinity among bfloat16 values; -1 if there is none.</summary>
    public static int FirstNonFinite(ReadOnlySpan<ushort> values) => First(values, Bf16Exponent);

    // A value is not finite exactly when all bits of its exponent are set.
    private static int First<T>(ReadOnlySpan<T> bits, T exponent) where T : unmanaged, IBinaryInteger<T>
    {
        var mask = new Vector<T>(exponent);
        int i = 0;
        for (; i <= bits.Length - Vector<T>.Count; i += Vector<T>.Count)
        {
            if (Vector.EqualsAny(new Vector<T>(bits[i..]) & mask, mask)) break;
        }
        for (; i < bits.Length; i++)
        {
            if ((bits[i] & exponent) == exponent) return i;
        }
        return -1;
    }
}
