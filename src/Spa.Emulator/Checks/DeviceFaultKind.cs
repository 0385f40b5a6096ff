namespace Spa.Emulator.Checks;

/// <summary>The kinds of faults that a device reports.</summary>
public enum DeviceFaultKind
{
    Unknown,
    OutOfBounds,
    UseAfterFree,
    Misaligned,
    UninitializedRead,
    AsyncCopyPending,
    SharedRace,
    GlobalRace,
    WriteToConstant,
    Barrier,
    WarpSync,
    Deadlock,
    InstructionBudget,
    Trap,
    LaunchError,
}
