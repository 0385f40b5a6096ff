namespace Spa.Emulator.Warp;

/// <summary>How the warp's loop treats an instruction.</summary>
internal enum InstructionKind : byte
{
    /// <summary>Runs for its lanes and goes on.</summary>
    Plain,

    /// <summary>As Plain, once all lanes that it names have come to it.</summary>
    Converging,
    Branch,

    /// <summary>A branch whose target is chosen by a register.</summary>
    IndexedBranch,
    Call,
    Return,
    Exit,
    Barrier,

    /// <summary>A barrier that nobody waits at.</summary>
    BarrierArrival,
}
