namespace Spa.Emulator.Counters;

/// <summary>What a launch did. Exact, and the same for every run of the same kernel on the same data.</summary>
public sealed class LaunchCounts
{
    private readonly long[] _instructions = new long[Enum.GetValues<InstructionClass>().Length];

    /// <summary>Name of the kernel.</summary>
    public required string Kernel { get; init; }

    public required LaunchGeometry Geometry { get; init; }

    /// <summary>Instructions issued, one for a warp.</summary>
    public long Instructions => _instructions.Sum();

    /// <summary>Lanes that took part in instructions.</summary>
    public long LaneInstructions { get; internal set; }

    /// <summary>Active lanes per instruction, of 32.</summary>
    public double ActiveLanes => Instructions == 0 ? 0 : (double)LaneInstructions / Instructions;

    public long DivergentBranches { get; internal set; }

    /// <summary>Operations of float32, float64, half and matrix instructions; a multiply-add is two.</summary>
    public long Flops { get; internal set; }

    /// <summary>The part of <see cref="Flops"/> that matrix instructions made.</summary>
    public long MatrixFlops { get; internal set; }

    public long GlobalReadBytes { get; internal set; }

    public long GlobalWrittenBytes { get; internal set; }

    /// <summary>Warp instructions that reached global memory.</summary>
    public long GlobalRequests { get; internal set; }

    /// <summary>Distinct stretches of 32 bytes that those touched.</summary>
    public long GlobalSectors { get; internal set; }

    public double SectorsPerRequest => GlobalRequests == 0 ? 0 : (double)GlobalSectors / GlobalRequests;

    public long SharedBytes { get; internal set; }

    public long SharedRequests { get; internal set; }

    /// <summary>Passes of 128 bytes that shared requests needed beyond those that their bytes need.</summary>
    public long BankConflicts { get; internal set; }

    public long LocalBytes { get; internal set; }

    public long Barriers => Of(InstructionClass.Barrier);

    public long Of(InstructionClass kind) => _instructions[(int)kind];

    internal void Add(InstructionClass kind) => _instructions[(int)kind]++;

    /// <summary>Adds another launch of the same kernel.</summary>
    public void Add(LaunchCounts other)
    {
        for (int i = 0; i < _instructions.Length; i++) _instructions[i] += other._instructions[i];
        LaneInstructions += other.LaneInstructions;
        DivergentBranches += other.DivergentBranches;
        Flops += other.Flops;
        MatrixFlops += other.MatrixFlops;
        GlobalReadBytes += other.GlobalReadBytes;
        GlobalWrittenBytes += other.GlobalWrittenBytes;
        GlobalRequests += other.GlobalRequests;
        GlobalSectors += other.GlobalSectors;
        SharedBytes += other.SharedBytes;
        SharedRequests += other.SharedRequests;
        BankConflicts += other.BankConflicts;
        LocalBytes += other.LocalBytes;
    }
}
