namespace Spa.Emulator.Checks;

/// <summary>What a kernel did.</summary>
public enum DeviceFaultKind
{
    Other,
    OutOfBounds,
    UseAfterFree,
    Misaligned,
    WrongSpace,
    Uninitialised,

    /// <summary>Bytes that a cp.async writes were read before its wait.</summary>
    InFlight,
    WriteToConstant,
    SharedRace,
    GlobalRace,

    /// <summary>A barrier or a warp operation that not all named threads reach.</summary>
    Deadlock,

    /// <summary>A warp operation whose lanes and mask do not fit.</summary>
    WarpMask,
    InstructionBudget,
    Trap,
}
