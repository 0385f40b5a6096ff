namespace Spa.Emulator.Warp.Ops;

/// <summary>Rounding modes of PTX (<c>rn rz rm rp rna</c>).</summary>
internal enum Rounding : byte
{
    Nearest,
    Zero,
    Down,
    Up,

    /// <summary>To nearest, ties away from zero.</summary>
    NearestAway,
}
