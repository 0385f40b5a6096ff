using Spa.Engine.Formats;

namespace Spa.Engine.Tests.Formats;

/// <summary>
/// Quantised blocks by their descriptions, one element at a time and in float64, where every product and every sum of them is exact; the float32 value is its rounding.
/// </summary>
internal static class BlockFormulas
{
    private static readonly int[] s_iq4 = [-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113];

    public static IEnumerable<double> Values(StoredType type, byte[] block) => Enumerable.Range(0, type.Block().Elements).Select(i => Value(type, block, i));

    private static double Value(StoredType type, byte[] b, int i) => type switch
    {
        StoredType.Q8_0 => Half(b, 0) * (sbyte)b[2 + i],
        StoredType.Q4_0 => Half(b, 0) * (Low4(b, 2, i) - 8),
        StoredType.Q4_1 => Half(b, 0) * Low4(b, 4, i) + Half(b, 2),
        StoredType.Q5_0 => Half(b, 0) * (Low4(b, 6, i) + 16 * Bit(b, 2, i) - 16),
        StoredType.Q5_1 => Half(b, 0) * (Low4(b, 8, i) + 16 * Bit(b, 4, i)) + Half(b, 2),
        StoredType.IQ4_NL => Half(b, 0) * s_iq4[Low4(b, 2, i)],
        StoredType.Q2_K => Half(b, 80) * (b[i / 16] & 15) * Two(b, 16, i) - Half(b, 82) * (b[i / 16] >> 4),
        StoredType.Q3_K => Half(b, 108) * (Scale3(b, i / 16) - 32) * (Two(b, 32, i) - (Row(b, 0, i / 32, i) == 0 ? 4 : 0)),
        StoredType.Q4_K => Half(b, 0) * Scale4(b, i / 32) * Four(b, 16, i) - Half(b, 2) * Minimum4(b, i / 32),
        StoredType.Q5_K => Half(b, 0) * Scale4(b, i / 32) * (Four(b, 48, i) + 16 * Row(b, 16, i / 32, i)) - Half(b, 2) * Minimum4(b, i / 32),
        StoredType.Q6_K => Half(b, 208) * (sbyte)b[192 + i / 16] * (Six(b, i) - 32),
        StoredType.IQ4_XS => Half(b, 0) * (ScaleX(b, i / 32) - 32) * s_iq4[Nibble(b[8 + i / 32 * 16 + i % 16], i / 16 % 2)],
        _ => throw new ArgumentOutOfRangeException(nameof(type)),
    };

    private static double Half(byte[] b, int at) => (double)BitConverter.ToHalf(b, at);

    private static int Nibble(byte x, int upper) => upper == 0 ? x % 16 : x / 16;

    // Blocks of 32: element i and i + 16 share a byte.
    private static int Low4(byte[] b, int at, int i) => Nibble(b[at + i % 16], i / 16);

    private static int Bit(byte[] b, int at, int i) => b[at + i / 8] >> i % 8 & 1;

    // 2-bit quants: elements i, i + 32, i + 64, i + 96 of each 128 share a byte.
    private static int Two(byte[] b, int at, int i) => b[at + i / 128 * 32 + i % 32] >> i % 128 / 32 * 2 & 3;

    // 4-bit quants: elements i and i + 32 of each 64 share a byte.
    private static int Four(byte[] b, int at, int i) => Nibble(b[at + i / 64 * 32 + i % 32], i % 64 / 32);

    // One bit per element: the eight elements i, i + 32, ... share a byte.
    private static int Row(byte[] b, int at, int bit, int i) => b[at + i % 32] >> bit & 1;

    // Low halves: i and i + 64 of each 128 share a byte; high pairs: the four i + 32 n do.
    private static int Six(byte[] b, int i) => Nibble(b[i / 128 * 64 + i % 64], i % 128 / 64) + 16 * (b[128 + i / 128 * 32 + i % 32] >> i % 128 / 32 * 2 & 3);

    private static int Scale3(byte[] b, int g) => Nibble(b[96 + g % 8], g / 8) + 16 * (b[104 + g % 4] >> g / 4 * 2 & 3);

    private static int Scale4(byte[] b, int s) => s < 4 ? b[4 + s] % 64 : b[12 + s - 4] % 16 + 16 * (b[4 + s - 4] / 64);

    private static int Minimum4(byte[] b, int s) => s < 4 ? b[8 + s] % 64 : b[12 + s - 4] / 16 + 16 * (b[8 + s - 4] / 64);

    private static int ScaleX(byte[] b, int s) => Nibble(b[4 + s / 2], s % 2) + 16 * ((b[2] + 256 * b[3]) >> 2 * s & 3);
}
