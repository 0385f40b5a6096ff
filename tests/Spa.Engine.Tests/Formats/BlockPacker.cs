using Spa.Engine.Formats;

namespace Spa.Engine.Tests.Formats;

/// <summary>Writes quants, scales and minimums of a block of 256 where its description puts them. The inverse of reading, written on its own.</summary>
internal static class BlockPacker
{
    /// <summary>Bytes of a block.</summary>
    /// <param name="type">A type with blocks of 256.</param>
    /// <param name="d">Scale of scales.</param>
    /// <param name="dmin">Scale of minimums, for types that have them.</param>
    /// <param name="q">256 quants as they are stored, from 0.</param>
    /// <param name="scales">16 or 8 scales as they are stored.</param>
    /// <param name="minimums">16 or 8 minimums as they are stored.</param>
    public static byte[] Pack(StoredType type, Half d, Half dmin, int[] q, int[] scales, int[] minimums)
    {
        byte[] b = new byte[type.Block().Bytes];
        switch (type)
        {
            case StoredType.Q2_K:
                for (int g = 0; g < 16; g++) b[g] = (byte)(scales[g] | minimums[g] << 4);
                for (int i = 0; i < 256; i++) b[16 + i / 128 * 32 + i % 32] |= (byte)(q[i] << i % 128 / 32 * 2);
                Put(b, 80, d);
                Put(b, 82, dmin);
                break;
            case StoredType.Q3_K:
                for (int i = 0; i < 256; i++)
                {
                    b[i % 32] |= (byte)(q[i] / 4 << i / 32);
                    b[32 + i / 128 * 32 + i % 32] |= (byte)(q[i] % 4 << i % 128 / 32 * 2);
                }
                for (int g = 0; g < 16; g++)
                {
                    b[96 + g % 8] |= (byte)(scales[g] % 16 << g / 8 * 4);
                    b[104 + g % 4] |= (byte)(scales[g] / 16 << g / 4 * 2);
                }
                Put(b, 108, d);
                break;
            case StoredType.Q4_K or StoredType.Q5_K:
                Put(b, 0, d);
                Put(b, 2, dmin);
                int quants = type == StoredType.Q4_K ? 16 : 48;
                for (int i = 0; i < 256; i++)
                {
                    b[quants + i / 64 * 32 + i % 32] |= (byte)(q[i] % 16 << i % 64 / 32 * 4);
                    if (type == StoredType.Q5_K) b[16 + i % 32] |= (byte)(q[i] / 16 << i / 32);
                }
                for (int s = 0; s < 4; s++)
                {
                    b[4 + s] = (byte)(scales[s] | scales[s + 4] / 16 << 6);
                    b[8 + s] = (byte)(minimums[s] | minimums[s + 4] / 16 << 6);
                    b[12 + s] = (byte)(scales[s + 4] % 16 | minimums[s + 4] % 16 << 4);
                }
                break;
            case StoredType.Q6_K:
                for (int i = 0; i < 256; i++)
                {
                    b[i / 128 * 64 + i % 64] |= (byte)(q[i] % 16 << i % 128 / 64 * 4);
                    b[128 + i / 128 * 32 + i % 32] |= (byte)(q[i] / 16 << i % 128 / 32 * 2);
                }
                for (int g = 0; g < 16; g++) b[192 + g] = (byte)(sbyte)(scales[g] - 32);
                Put(b, 208, d);
                break;
            case StoredType.IQ4_XS:
                Put(b, 0, d);
                for (int s = 0; s < 8; s++)
                {
                    b[2 + s / 4] |= (byte)(scales[s] / 16 << s % 4 * 2);
                    b[4 + s / 2] |= (byte)(scales[s] % 16 << s % 2 * 4);
                }
                for (int i = 0; i < 256; i++) b[8 + i / 32 * 16 + i % 16] |= (byte)(q[i] << i / 16 % 2 * 4);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(type));
        }
        return b;
    }

    private static void Put(byte[] b, int at, Half value) => BitConverter.TryWriteBytes(b.AsSpan(at), value);
}
