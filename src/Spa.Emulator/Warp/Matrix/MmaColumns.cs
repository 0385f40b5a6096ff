using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Spa.Emulator.Warp.Matrix;

/// <summary>
/// Moves between lanes and dense tiles. Element i = 8 row + column of a 16 by 8 tile of 32-bit values lies in one of the four registers of an mma accumulator; lane 4r + t of a
/// register of A or B holds word t of row r.
/// </summary>
internal static unsafe class MmaColumns
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Register(int i) => (i >> 6) * 2 + (i & 1);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Lane(int i) => (i >> 1) & 31;

    /// <summary>Words of rows 0 to 3 and of rows 4 to 7, word by word instead of row by row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (Vector512<uint> Left, Vector512<uint> Right) Transpose(uint* register)
    {
        Vector512<uint> order = Vector512.Create(0u, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
        return (Vector512.Shuffle(Vector512.Load(register), order), Vector512.Shuffle(Vector512.Load(register + 16), order));
    }

    /// <summary>Word <paramref name="t"/> of all eight rows, of what <see cref="Transpose"/> gave.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<uint> Words(in Vector512<uint> left, in Vector512<uint> right, int t) =>
        Vector256.Create(Quarter(left, t), Quarter(right, t));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<uint> Quarter(in Vector512<uint> whole, int t)
    {
        Vector256<uint> half = t < 2 ? whole.GetLower() : whole.GetUpper();
        return (t & 1) == 0 ? half.GetLower() : half.GetUpper();
    }

    /// <summary>Rows <paramref name="row"/> and <paramref name="row"/> + 1 (even, below 8), eight columns each, from the registers of even and odd columns.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<uint> Interleave(uint** registers, int row) => Vector512.Shuffle(
        Vector512.Create(Vector256.Load(registers[0] + row * 4), Vector256.Load(registers[1] + row * 4)),
        Vector512.Create(0u, 8, 1, 9, 2, 10, 3, 11, 4, 12, 5, 13, 6, 14, 7, 15));

    /// <summary>The inverse of <see cref="Interleave"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Separate(Vector512<uint> pair, uint** registers, int row)
    {
        Vector512<uint> columns = Vector512.Shuffle(pair, Vector512.Create(0u, 2, 4, 6, 8, 10, 12, 14, 1, 3, 5, 7, 9, 11, 13, 15));
        columns.GetLower().Store(registers[0] + row * 4);
        columns.GetUpper().Store(registers[1] + row * 4);
    }
}
