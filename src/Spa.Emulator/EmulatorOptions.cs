namespace Spa.Emulator;

/// <summary>How an emulated device runs.</summary>
public sealed record EmulatorOptions
{
    /// <summary>Draws the order in which blocks and warps run, and of independent work on streams.</summary>
    public int Seed { get; init; }

    /// <summary>Check every access for initialised memory and races. Bounds and alignment are always checked.</summary>
    public bool Check { get; init; } = true;

    /// <summary>Count instructions, sectors, bank conflicts and bytes.</summary>
    public bool Count { get; init; }

    /// <summary>Static and dynamic shared memory that a block may have, in bytes.</summary>
    public int MaxSharedBytes { get; init; } = 227 * 1024;

    /// <summary>Most warp instructions of a block before the launch is taken for endless.</summary>
    public long BlockBudget { get; init; } = 2_000_000_000;
}
