namespace Spa.Emulator.Warp;

/// <summary>How the warp's loop treats an instruction.</summary>
internal enum InstructionKind : byte
{
    /// <summary>Runs for the active lanes and goes on.</summary>
    Plain,
    Branch,
    BranchIndexed,
    Call,
    Return,
    Exit,

    /// <summary>Runs when all lanes that its member mask names are here.</summary>
    Gated,

    /// <summary><c>bar.warp.sync</c>.</summary>
    WarpBarrier,
    Barrier,

    /// <summary>Ends the warp's turn (<c>nanosleep</c>).</summary>
    Pause,
}
