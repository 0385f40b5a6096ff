namespace Spa.Emulator;

/// <summary>How an emulated device behaves.</summary>
public sealed record EmulatorOptions
{
    /// <summary>Check uninitialised reads, races and alignment. Bounds and use after free are always checked.</summary>
    public bool Check { get; init; } = true;

    /// <summary>Count instructions, sectors and conflicts; see <see cref="EmulatedDevice.LastCounts"/>.</summary>
    public bool Count { get; init; }

    /// <summary>Draws the order of blocks and warps and the lengths of their turns.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Blocks that are interleaved. Blocks that wait for one another through global memory must all fit.</summary>
    public int ResidentBlocks { get; init; } = 4;

    /// <summary>Instructions that one warp may execute in one launch before it is taken for an endless loop.</summary>
    public long InstructionBudget { get; init; } = 200_000_000;

    /// <summary>Bytes that device memory can hold.</summary>
    public long MemoryBytes { get; init; } = long.MaxValue;

    /// <summary>Most shared memory of a block, static and dynamic, in bytes (227 KiB on the H100 and H200).</summary>
    public int MaxSharedBytes { get; init; } = 227 * 1024;

    /// <summary>Where <c>printf</c> of a kernel goes; null drops it.</summary>
    public TextWriter? Output { get; init; }
}
