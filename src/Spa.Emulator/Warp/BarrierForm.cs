namespace Spa.Emulator.Warp;

/// <summary>Bits of <see cref="Instruction.Target"/> for a barrier.</summary>
internal static class BarrierForm
{
    public const int Aligned = 1, Counted = 2, Arrive = 4, Reduce = 8, Negated = 16, Popc = 32, And = 64;
}
