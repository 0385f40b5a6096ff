using System.Runtime.Intrinsics;

namespace Spa.Emulator.Warp.Matrix;

/// <summary>
/// The matrix instructions of a warp, all 32 lanes at once. A register is the address of its 32 lanes, an operand of several registers an array of such addresses.
/// <para>
/// Numbers of <c>mma.sync</c>: an element is d = round(c + sum over k ascending of a b), summed in float64 from c on and rounded once, to nearest even, to the type of d. Products
/// of float16, bfloat16 and tf32 are exact in float64 and so is the sum, except where its terms are more than 2^29 apart. Tensor cores sum exact products too, but align
/// them to the largest term, drop what lies some bits below float32 and truncate the result (Fasi, Higham, Mikaitis, Pranesh 2021, "Numerical behavior of NVIDIA tensor
/// cores"), in groups of 4, 8 or 16 steps of k by generation. So a device's result lies within a few units in the last place of the largest term from this
/// one, and this one is the reference that no generation's truncation is baked into. Integers are exact. float64 is a chain of fused multiply-adds over k.
/// </para>
/// </summary>
internal static unsafe partial class MatrixOps
{
    /// <summary>
    /// <c>ldmatrix.sync.aligned.m8n8.xN[.trans].shared.b16</c>: matrix m is the eight rows of 16 bytes at <paramref name="rowAddresses"/> 8m to 8m + 7 (given by the lanes of
    /// these numbers). Lane 4r + t receives columns 2t and 2t + 1 of row r; with <paramref name="transpose"/>, rows 2t and 2t + 1 of column r.
    /// </summary>
    /// <param name="destinations">One register per matrix.</param>
    /// <param name="rowAddresses">Host addresses of 8 <paramref name="count"/> rows, checked by the caller.</param>
    /// <param name="count">Matrices: 1, 2 or 4.</param>
    /// <param name="transpose">The <c>.trans</c> modifier.</param>
    public static void LdMatrix(uint** destinations, byte** rowAddresses, int count, bool transpose)
    {
        for (int matrix = 0; matrix < count; matrix++)
        {
            uint* destination = destinations[matrix];
            byte** rows = rowAddresses + 8 * matrix;
            if (transpose) Transpose(destination, rows);
            else
                for (int r = 0; r < 8; r++) Vector128.Load((uint*)rows[r]).Store(destination + 4 * r);
        }
    }

    /// <summary>Rows 2t and 2t + 1 become the halves of word t of every column.</summary>
    private static void Transpose(uint* destination, byte** rows)
    {
        Vector512<uint> left = Vector512.Create(Pair(rows[0], rows[1]), Pair(rows[2], rows[3]));
        Vector512<uint> right = Vector512.Create(Pair(rows[4], rows[5]), Pair(rows[6], rows[7]));
        Vector512<uint> isLeft = Vector512.Create(~0u, ~0u, 0, 0, ~0u, ~0u, 0, 0, ~0u, ~0u, 0, 0, ~0u, ~0u, 0, 0);
        Vector512<uint> first = Vector512.Create(0u, 8, 0, 8, 1, 9, 1, 9, 2, 10, 2, 10, 3, 11, 3, 11), second = first + Vector512.Create(4u);
        Vector512.ConditionalSelect(isLeft, Vector512.Shuffle(left, first), Vector512.Shuffle(right, first)).Store(destination);
        Vector512.ConditionalSelect(isLeft, Vector512.Shuffle(left, second), Vector512.Shuffle(right, second)).Store(destination + 16);
    }

    private static Vector256<uint> Pair(byte* even, byte* odd) =>
        Vector256.WidenLower(Vector128.Load((ushort*)even).ToVector256Unsafe()) | Vector256.WidenLower(Vector128.Load((ushort*)odd).ToVector256Unsafe()) << 16;

    /// <summary><c>stmatrix.sync.aligned.m8n8.xN[.trans].shared.b16</c>, the inverse of <see cref="LdMatrix"/>.</summary>
    public static void StMatrix(byte** rowAddresses, uint** sources, int count, bool transpose)
    {
        for (int matrix = 0; matrix < count; matrix++)
        {
            uint* source = sources[matrix];
            byte** rows = rowAddresses + 8 * matrix;
            for (int lane = 0; lane < 32; lane++)
            {
                int r = lane >> 2, t = lane & 3;
                if (transpose)
                {
                    ((ushort*)rows[2 * t])[r] = (ushort)source[lane];
                    ((ushort*)rows[2 * t + 1])[r] = (ushort)(source[lane] >> 16);
                }
                else
                {
                    ((uint*)rows[r])[t] = source[lane];
                }
            }
        }
    }

    /// <summary><c>movmatrix.sync.aligned.m8n8.trans.b16</c>: transposes the 8 by 8 matrix whose row r lies in lanes 4r to 4r + 3.</summary>
    public static void MovMatrix(uint* destination, uint* source)
    {
        ushort* from = stackalloc ushort[64];
        for (int lane = 0; lane < 32; lane++) ((uint*)from)[lane] = source[lane];
        for (int row = 0; row < 8; row++)
            for (int column = 0; column < 8; column++) ((ushort*)destination)[row * 8 + column] = from[column * 8 + row];
    }
}
