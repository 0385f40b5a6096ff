namespace Spa.Emulator.Tests.Matrix;

/// <summary>
/// <c>mma.sync</c> written element by element from the formulas for rows and columns of fragments in the PTX ISA ("Matrix Fragments for mma.m16n8k16" and its neighbours).
/// Element i of a fragment lies, counted from the low bits, in register i / (32 / bits).
/// </summary>
internal static class MmaReference
{
    /// <summary>Row and column of element <paramref name="i"/> of A in <paramref name="lane"/>.</summary>
    public static (int Row, int Column) A(int bits, int k, int lane, int i)
    {
        int group = lane >> 2, thread = lane % 4;
        return (bits, k) switch
        {
            (16, 8) => (i < 2 ? group : group + 8, thread * 2 + (i & 1)),
            (16, 16) => (i is >= 0 and < 2 or >= 4 and < 6 ? group : group + 8, thread * 2 + (i & 1) + (i >= 4 ? 8 : 0)),
            (32, 4) => (i == 0 ? group : group + 8, thread),
            (32, 8) => (i is 0 or 2 ? group : group + 8, i < 2 ? thread : thread + 4),
            (8, 16) => (i < 4 ? group : group + 8, thread * 4 + (i & 3)),
            (8, 32) => (i is >= 0 and < 4 or >= 8 and < 12 ? group : group + 8, thread * 4 + (i & 3) + (i >= 8 ? 16 : 0)),
            _ => throw new ArgumentOutOfRangeException(nameof(k)),
        };
    }

    /// <summary>Row and column of element <paramref name="i"/> of B in <paramref name="lane"/>.</summary>
    public static (int Row, int Column) B(int bits, int k, int lane, int i)
    {
        int group = lane >> 2, thread = lane % 4;
        return (bits, k) switch
        {
            (16, 8) => (thread * 2 + i, group),
            (16, 16) => (thread * 2 + (i & 1) + (i >= 2 ? 8 : 0), group),
            (32, 4) => (thread, group),
            (32, 8) => (i == 0 ? thread : thread + 4, group),
            (8, 16) => (thread * 4 + (i & 3), group),
            (8, 32) => (thread * 4 + (i & 3) + (i >= 4 ? 16 : 0), group),
            _ => throw new ArgumentOutOfRangeException(nameof(k)),
        };
    }

    /// <summary>Row and column of element <paramref name="i"/> of C and D in <paramref name="lane"/>.</summary>
    public static (int Row, int Column) C(int lane, int i) => (i < 2 ? lane >> 2 : (lane >> 2) + 8, lane % 4 * 2 + (i & 1));

    /// <summary>Element <paramref name="i"/> of a fragment as a number.</summary>
    public static double Element(WarpRegisters registers, string type, int lane, int i)
    {
        int bits = Bits(type), each = 32 / bits;
        uint raw = registers[i / each][lane] >> (i % each * bits);
        return type switch
        {
            "bf16" => BitConverter.UInt32BitsToSingle(raw << 16),
            "f16" => (double)BitConverter.UInt16BitsToHalf((ushort)raw),
            "tf32" => BitConverter.UInt32BitsToSingle(raw & 0xFFFFE000),
            "f32" => BitConverter.UInt32BitsToSingle(raw),
            "s8" => (sbyte)raw,
            "u8" => (byte)raw,
            "s32" => (int)raw,
            _ => throw new ArgumentOutOfRangeException(nameof(type)),
        };
    }

    public static int Bits(string type) => type switch { "s8" or "u8" => 8, "f16" or "bf16" => 16, _ => 32 };

    /// <summary>The whole product; element (row, column) is a chain of fused multiply-adds in float64 from c on.</summary>
    public static double[,] Multiply(WarpRegisters a, WarpRegisters b, WarpRegisters c, string aType, string bType, string cType, int k)
    {
        double[,] left = new double[16, k], right = new double[k, 8], sum = new double[16, 8];
        int aBits = Bits(aType);
        for (int lane = 0; lane < 32; lane++)
        {
            for (int i = 0; i < 16 * k / 32; i++) left[A(aBits, k, lane, i).Row, A(aBits, k, lane, i).Column] = Element(a, aType, lane, i);
            for (int i = 0; i < 8 * k / 32; i++) right[B(aBits, k, lane, i).Row, B(aBits, k, lane, i).Column] = Element(b, bType, lane, i);
            for (int i = 0; i < 4; i++) sum[C(lane, i).Row, C(lane, i).Column] = Element(c, cType, lane, i);
        }

        for (int row = 0; row < 16; row++)
            for (int column = 0; column < 8; column++)
                for (int i = 0; i < k; i++) sum[row, column] = Math.FusedMultiplyAdd(left[row, i], right[i, column], sum[row, column]);
        return sum;
    }
}
