namespace Spa.Emulator.Warp.Matrix;

/// <summary>
/// A type of the C and D operands of the 16 by 8 shapes of <c>mma.sync</c>: lane 4g + t holds columns 2t and 2t + 1 of row g in its first elements and of row g + 8 in
/// its second ones.
/// </summary>
internal unsafe interface IMmaAccumulator
{
    /// <summary>32-bit registers of an operand.</summary>
    static abstract int Registers { get; }

    /// <summary>Widens the operand to a dense tile of 16 rows by 8 columns.</summary>
    static abstract void Load(uint** registers, double* tile);

    /// <summary>Rounds the tile once, to nearest even, into the operand; every NaN becomes the canonical one.</summary>
    static abstract void Store(uint** registers, double* tile);
}
