using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Spa.Emulator.Warp.Matrix;

/// <summary>Where element i = 8 row + column of a 16 by 8 tile of 32-bit values lies in the four registers of an mma accumulator.</summary>
internal static unsafe class MmaColumns
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Register(int i) => (i >> 6) * 2 + (i & 1);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Lane(int i) => (i >> 1) & 31;

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
