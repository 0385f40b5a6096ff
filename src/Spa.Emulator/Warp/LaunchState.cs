using Spa.Emulator.Counters;
using Spa.Emulator.Memory;

namespace Spa.Emulator.Warp;

/// <summary>What all blocks of a launch share.</summary>
internal sealed unsafe class LaunchState
{
    public required EmulatorOptions Options { get; init; }

    public required KernelProgram Program { get; init; }

    public required LaunchGeometry Geometry { get; init; }

    public required DeviceMemory Memory { get; init; }

    /// <summary>The parameter buffer.</summary>
    public required byte* Parameters { get; init; }

    /// <summary>Serial of the launch's first block; shadows with a smaller one belong to earlier launches.</summary>
    public required uint FirstSerial { get; init; }

    /// <summary>Executions and active lanes of every instruction, two numbers each; null where nothing is counted.</summary>
    public long* Executions { get; set; }

    public AccessCounts Accesses { get; } = new();

    public AccessScratch Scratch { get; } = new();

    public bool IsCounting => Executions != null;

    /// <summary>Serials published at an address by atomics and strong stores after a fence.</summary>
    public Dictionary<ulong, HashSet<uint>> Published { get; } = [];

    public System.Diagnostics.Stopwatch Time { get; } = System.Diagnostics.Stopwatch.StartNew();

    /// <summary>Instructions executed by all warps so far: the clock that kernels read.</summary>
    public long Clock { get; set; }
}
