namespace Spa.Emulator.Warp;

/// <summary>Bits of <see cref="Instruction.Count"/> for arithmetic with carry.</summary>
internal static class CarryForm
{
    public const int Writes = 1, Reads = 2, Subtract = 4, Multiply = 8, High = 16, Signed = 32;
}
