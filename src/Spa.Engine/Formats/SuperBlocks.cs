using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Spa.Engine.Formats;

/// <summary>
/// ggml's blocks of 256 (<c>ggml-common.h</c>, <c>dequantize_row_*</c>): sixteen groups of 16 elements, or eight of 32, each with a small scale that is itself
/// a multiple of the block's. Scale times quant has at most 25 significant bits, so every result is the exact value rounded once, in whatever order it is computed.
/// </summary>
internal static unsafe class SuperBlocks
{
    /// <summary>Elements of a block.</summary>
    public const int Length = 256;

    private const int Groups = 16, GroupLength = 16;

    // Scales and minimums of Q4_K and Q5_K: eight of six bits each in twelve bytes.
    private const int PackedScales = 12;

    /// <summary>16 bytes of scale (low half) and minimum (high half) per group, 64 bytes of 2-bit q, half d, half dmin: d * scale * q - dmin * minimum.</summary>
    public static void DecodeQ2_K(byte* source, float* destination, int blocks)
    {
        for (int b = 0; b < blocks; b++, source += 84)
        {
            (float scale, float minimum) = (QuantisedBlocks.Half(source + 80), QuantisedBlocks.Half(source + 82));
            for (int g = 0; g < Groups; g++, destination += GroupLength)
                QuantisedBlocks.ScaleAndAdd(TwoBits(source + 16, g).AsSByte(), scale * (source[g] & 15), -(minimum * (source[g] >> 4)), destination);
        }
    }

    /// <summary>32 bytes of high bits, 64 bytes of 2-bit q, 12 bytes of 6-bit scales, half d: d * (scale - 32) * (q + 4 * high - 4).</summary>
    public static void DecodeQ3_K(byte* source, float* destination, int blocks)
    {
        for (int b = 0; b < blocks; b++, source += 110)
        {
            byte* scales = source + 96;
            float scale = QuantisedBlocks.Half(source + 108);
            for (int g = 0; g < Groups; g++, destination += GroupLength)
            {
                // Four low bits in the first eight bytes, two high ones in the last four.
                int low = g < 8 ? scales[g] & 15 : scales[g - 8] >> 4, high = scales[8 + g % 4] >> 2 * (g / 4) & 3;
                Vector128<byte> bit = Bits(source + 16 * (g % 2), g / 2, 1);
                Vector128<sbyte> q = (TwoBits(source + 32, g) + Vector128.ShiftLeft(bit, 2)).AsSByte() - Vector128.Create((sbyte)4);
                QuantisedBlocks.Scale(q, scale * ((low | high << 4) - 32), destination);
            }
        }
    }

    /// <summary>half d, half dmin, 12 bytes of 6-bit scales and minimums, 128 bytes of 4-bit q: d * scale * q - dmin * minimum, per 32 elements.</summary>
    public static void DecodeQ4_K(byte* source, float* destination, int blocks)
    {
        for (int b = 0; b < blocks; b++, source += 144)
        {
            for (int g = 0; g < Groups; g++, destination += GroupLength) Decode45(source, Nibbles(source + 4 + PackedScales, g), g / 2, destination);
        }
    }

    /// <summary>As Q4, with 32 bytes of high bits before the 4-bit quants, which makes them of 5 bits.</summary>
    public static void DecodeQ5_K(byte* source, float* destination, int blocks)
    {
        for (int b = 0; b < blocks; b++, source += 176)
        {
            byte* high = source + 4 + PackedScales;
            for (int g = 0; g < Groups; g++, destination += GroupLength)
            {
                Vector128<byte> bit = Bits(high + 16 * (g % 2), g / 2, 1);
                Decode45(source, Nibbles(high + 32, g) + Vector128.ShiftLeft(bit, 4), g / 2, destination);
            }
        }
    }

    /// <summary>128 bytes of low halves, 64 bytes of two high bits each, 16 signed scales, half d: d * scale * (q - 32).</summary>
    public static void DecodeQ6_K(byte* source, float* destination, int blocks)
    {
        for (int b = 0; b < blocks; b++, source += 210)
        {
            float scale = QuantisedBlocks.Half(source + 208);
            for (int g = 0; g < Groups; g++, destination += GroupLength)
            {
                // Of each 128 elements: four runs of 32; two runs share bytes of low halves, all four share bytes of high bits.
                int half = g / 8, run = g % 8 / 2, within = 16 * (g % 2);
                Vector128<byte> low = Bits(source + 64 * half + 32 * (run % 2) + within, 4 * (run / 2), 15);
                Vector128<byte> high = Bits(source + 128 + 32 * half + within, 2 * run, 3);
                Vector128<sbyte> q = (low | Vector128.ShiftLeft(high, 4)).AsSByte() - Vector128.Create((sbyte)32);
                QuantisedBlocks.Scale(q, scale * (sbyte)source[192 + g], destination);
            }
        }
    }

    /// <summary>
    /// half d, 16 bits of two high scale bits each, 4 bytes of two low scale halves each, 128 bytes of 4-bit indices: d * (scale - 32) * value[index], per 32
    /// elements, low halves first.
    /// </summary>
    public static void DecodeIQ4_XS(byte* source, float* destination, int blocks)
    {
        for (int b = 0; b < blocks; b++, source += 136)
        {
            float scale = QuantisedBlocks.Half(source);
            int high = source[2] | source[3] << 8;
            for (int s = 0; s < 8; s++, destination += 32)
            {
                int bits = source[4 + s / 2] >> 4 * (s % 2) & 15 | (high >> 2 * s & 3) << 4;
                QuantisedBlocks.ScaleIndexed(Vector128.Load(source + 8 + 16 * s), scale * (bits - 32), destination);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Decode45(byte* block, Vector128<byte> q, int s, float* destination)
    {
        byte* packed = block + 4;
        // The first four of each have six bits in a byte; the last four have four bits in the third row of bytes and two on top of the first ones.
        int scale = s < 4 ? packed[s] & 63 : packed[s + 4] & 15 | packed[s - 4] >> 6 << 4;
        int minimum = s < 4 ? packed[s + 4] & 63 : packed[s + 4] >> 4 | packed[s] >> 6 << 4;
        QuantisedBlocks.ScaleAndAdd(q.AsSByte(), QuantisedBlocks.Half(block) * scale, -(QuantisedBlocks.Half(block + 2) * minimum), destination);
    }

    // Groups of Q2 and Q3: of each 128 elements the first 32 are the lowest two bits of 32 bytes, the next 32 the two bits above.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> TwoBits(byte* quants, int g) => Bits(quants + 32 * (g / 8) + 16 * (g % 2), 2 * (g % 8 / 2), 3);

    // Groups of Q4 and Q5: of each 64 elements the first 32 are the low halves of 32 bytes, the others the high halves.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> Nibbles(byte* quants, int g) => Bits(quants + 32 * (g / 4) + 16 * (g % 2), 4 * (g % 4 / 2), 15);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> Bits(byte* source, int shift, byte mask) => Vector128.ShiftRightLogical(Vector128.Load(source), shift) & Vector128.Create(mask);
}
