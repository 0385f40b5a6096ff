namespace Spa.Emulator.Warp.Matrix;

/// <summary>
/// An element type of the A and B operands of <c>mma.sync</c>. In every shape a register holds, in lanes 4r to 4r + 3, sixteen consecutive bytes of row r of A
/// (column r of B): <see cref="PerRow"/> elements along k. An operand is two (A) or one (B) such registers per <see cref="PerRow"/> steps of k.
/// </summary>
internal unsafe interface IMmaElement
{
    /// <summary>Elements of one row in one register.</summary>
    static abstract int PerRow { get; }

    /// <summary>Widens the eight rows of a register to double: element e of row r to <c>tile[r * stride + e]</c>.</summary>
    static abstract void Rows(uint* register, double* tile, int stride);

    /// <summary>The same, transposed: element e of row r (column r of B) to <c>tile[e * 8 + r]</c>.</summary>
    static abstract void Columns(uint* register, double* tile);
}
