using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Spa.Engine.Formats;

/// <summary>
/// Blocks of 32 as ggml defines them (<c>ggml-common.h</c>, <c>dequantize_row_*</c>); <see cref="SuperBlocks"/> has those of 256. Product and sum are rounded one
/// after the other, never fused, so the bits are those of the reference formula on every machine.
/// </summary>
internal static unsafe class QuantisedBlocks
{
    /// <summary>Elements of a block.</summary>
    public const int Length = 32;

    // What the indices of IQ4_NL and IQ4_XS stand for (ggml's kvalues_iq4nl): closer together near zero, where most weights lie.
    private static readonly Vector128<sbyte> s_values = Vector128.Create(-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113);

    /// <summary>half d, 32 signed bytes q: d * q.</summary>
    public static void DecodeQ8_0(byte* source, float* destination, int blocks)
    {
        for (int b = 0; b < blocks; b++, source += 34, destination += Length)
        {
            float scale = Half(source);
            Scale(Vector128.Load((sbyte*)source + 2), scale, destination);
            Scale(Vector128.Load((sbyte*)source + 18), scale, destination + 16);
        }
    }

    /// <summary>
    /// As ggml encodes (<c>quantize_row_q8_0_ref</c>): d = largest magnitude / 127, q = x / d to the nearest, halves away from zero. The index of the first value
    /// whose block has a scale too large for binary16, or -1.
    /// </summary>
    public static int EncodeQ8_0(ReadOnlySpan<float> source, Span<byte> destination)
    {
        int overflow = -1;
        for (int first = 0; first < source.Length; first += Length, destination = destination[34..])
        {
            ReadOnlySpan<float> values = source.Slice(first, Length);
            float largest = 0;
            foreach (float value in values) largest = MathF.Max(largest, MathF.Abs(value));
            float scale = largest / 127, inverse = scale == 0 ? 0 : 1 / scale;
            var half = (System.Half)scale;
            if (!System.Half.IsFinite(half) && overflow < 0) overflow = first;
            BitConverter.TryWriteBytes(destination, half);
            for (int i = 0; i < Length; i++) destination[2 + i] = (byte)(sbyte)MathF.Round(values[i] * inverse, MidpointRounding.AwayFromZero);
        }
        return overflow;
    }

    /// <summary>half d, 16 bytes of two 4-bit q (low halves are elements 0 to 15, high halves 16 to 31): d * (q - 8).</summary>
    public static void DecodeQ4_0(byte* source, float* destination, int blocks)
    {
        for (int b = 0; b < blocks; b++, source += 18, destination += Length)
        {
            Vector128<byte> pairs = Vector128.Load(source + 2);
            float scale = Half(source);
            Scale((pairs & Vector128.Create((byte)15)).AsSByte() - Vector128.Create((sbyte)8), scale, destination);
            Scale(Vector128.ShiftRightLogical(pairs, 4).AsSByte() - Vector128.Create((sbyte)8), scale, destination + 16);
        }
    }

    /// <summary>half d, half m, 16 bytes as in Q4_0: d * q + m.</summary>
    public static void DecodeQ4_1(byte* source, float* destination, int blocks)
    {
        for (int b = 0; b < blocks; b++, source += 20, destination += Length)
        {
            Vector128<byte> pairs = Vector128.Load(source + 4);
            (float scale, float minimum) = (Half(source), Half(source + 2));
            ScaleAndAdd((pairs & Vector128.Create((byte)15)).AsSByte(), scale, minimum, destination);
            ScaleAndAdd(Vector128.ShiftRightLogical(pairs, 4).AsSByte(), scale, minimum, destination + 16);
        }
    }

    /// <summary>half d, 32 high bits, 16 bytes as in Q4_0: d * (q - 16).</summary>
    public static void DecodeQ5_0(byte* source, float* destination, int blocks)
    {
        for (int b = 0; b < blocks; b++, source += 22, destination += Length)
        {
            Vector128<byte> pairs = Vector128.Load(source + 6);
            float scale = Half(source);
            Scale((pairs & Vector128.Create((byte)15) | HighBits(source + 2)).AsSByte() - Vector128.Create((sbyte)16), scale, destination);
            Scale((Vector128.ShiftRightLogical(pairs, 4) | HighBits(source + 4)).AsSByte() - Vector128.Create((sbyte)16), scale, destination + 16);
        }
    }

    /// <summary>half d, half m, 32 high bits, 16 bytes as in Q4_0: d * q + m.</summary>
    public static void DecodeQ5_1(byte* source, float* destination, int blocks)
    {
        for (int b = 0; b < blocks; b++, source += 24, destination += Length)
        {
            Vector128<byte> pairs = Vector128.Load(source + 8);
            (float scale, float minimum) = (Half(source), Half(source + 2));
            ScaleAndAdd((pairs & Vector128.Create((byte)15) | HighBits(source + 4)).AsSByte(), scale, minimum, destination);
            ScaleAndAdd((Vector128.ShiftRightLogical(pairs, 4) | HighBits(source + 6)).AsSByte(), scale, minimum, destination + 16);
        }
    }

    /// <summary>half d, 16 bytes of two 4-bit indices as in Q4_0: d * value[index].</summary>
    public static void DecodeIQ4_NL(byte* source, float* destination, int blocks)
    {
        for (int b = 0; b < blocks; b++, source += 18, destination += Length) ScaleIndexed(Vector128.Load(source + 2), Half(source), destination);
    }

    /// <summary>32 elements from 16 bytes of indices into the table of IQ4: low halves, then high halves.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void ScaleIndexed(Vector128<byte> pairs, float scale, float* destination)
    {
        Scale(Vector128.Shuffle(s_values, (pairs & Vector128.Create((byte)15)).AsSByte()), scale, destination);
        Scale(Vector128.Shuffle(s_values, Vector128.ShiftRightLogical(pairs, 4).AsSByte()), scale, destination + 16);
    }

    /// <summary>Sixteen elements scale * q.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Scale(Vector128<sbyte> q, float scale, float* destination)
    {
        Vector128<float> factor = Vector128.Create(scale);
        (Vector128<short> lower, Vector128<short> upper) = Vector128.Widen(q);
        (Convert(Vector128.WidenLower(lower)) * factor).Store(destination);
        (Convert(Vector128.WidenUpper(lower)) * factor).Store(destination + 4);
        (Convert(Vector128.WidenLower(upper)) * factor).Store(destination + 8);
        (Convert(Vector128.WidenUpper(upper)) * factor).Store(destination + 12);
    }

    /// <summary>Sixteen elements scale * q + minimum, product and sum rounded.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void ScaleAndAdd(Vector128<sbyte> q, float scale, float minimum, float* destination)
    {
        (Vector128<float> factor, Vector128<float> addend) = (Vector128.Create(scale), Vector128.Create(minimum));
        (Vector128<short> lower, Vector128<short> upper) = Vector128.Widen(q);
        (Convert(Vector128.WidenLower(lower)) * factor + addend).Store(destination);
        (Convert(Vector128.WidenUpper(lower)) * factor + addend).Store(destination + 4);
        (Convert(Vector128.WidenLower(upper)) * factor + addend).Store(destination + 8);
        (Convert(Vector128.WidenUpper(upper)) * factor + addend).Store(destination + 12);
    }

    private static Vector128<float> Convert(Vector128<int> q) => Vector128.ConvertToSingle(q);

    // Bit i of sixteen bits as 16 in byte i.
    private static Vector128<byte> HighBits(byte* source)
    {
        Vector128<byte> spread = Vector128.Create(Vector64.Create(source[0]), Vector64.Create(source[1]));
        Vector128<byte> bit = Vector128.Create(0x8040201008040201UL, 0x8040201008040201UL).AsByte();
        return Vector128.Equals(spread & bit, bit) & Vector128.Create((byte)16);
    }

    public static float Half(byte* source) => HalfBits.ToSingle(Unsafe.ReadUnaligned<ushort>(source));
}
