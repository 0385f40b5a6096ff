using Spa.Emulator.Warp;

namespace Spa.Emulator.Counters;

/// <summary>What one launch, or several of one kernel, did: exact numbers, the same in every run with the same data. Instructions are those of warps, bytes those that lanes asked for.</summary>
public sealed record LaunchCounts
{
    private readonly long[] _byClass = new long[Enum.GetValues<InstructionClass>().Length];

    public required string Kernel { get; init; }

    public long Launches { get; init; } = 1;

    /// <summary>Instructions of warps, predicated-off ones included.</summary>
    public long Instructions { get; init; }

    /// <summary>Instructions times lanes that executed them.</summary>
    public long LaneInstructions { get; init; }

    /// <summary>Operations of all lanes on floats outside of matrix instructions; a fused multiply-add is two.</summary>
    public long Flops { get; init; }

    /// <summary>Operations of matrix instructions.</summary>
    public long MatrixFlops { get; init; }

    /// <summary>Arrivals of warps at barriers, and fences.</summary>
    public long Barriers => Of(InstructionClass.Synchronize);

    public long GlobalLoads { get; init; }

    public long GlobalStores { get; init; }

    public long GlobalAtomics { get; init; }

    /// <summary>Distinct stretches of 32 bytes, summed over requests.</summary>
    public long GlobalLoadSectors { get; init; }

    public long GlobalStoreSectors { get; init; }

    public long GlobalAtomicSectors { get; init; }

    public long GlobalLoadBytes { get; init; }

    public long GlobalStoreBytes { get; init; }

    public long GlobalAtomicBytes { get; init; }

    public long SharedRequests { get; init; }

    /// <summary>Passes over the banks that shared requests took.</summary>
    public long SharedPasses { get; init; }

    /// <summary>Passes beyond those that the width of the accesses needs.</summary>
    public long BankConflicts { get; init; }

    public long SharedBytes { get; init; }

    public long LocalBytes { get; init; }

    public long ConstBytes { get; init; }

    public long ParameterBytes { get; init; }

    /// <summary>All 32-byte sectors that crossed between a multiprocessor and memory.</summary>
    public long GlobalSectors => GlobalLoadSectors + GlobalStoreSectors + GlobalAtomicSectors;

    /// <summary>Sectors per request to global memory; 4 is right for 32 lanes of 4 bytes.</summary>
    public double SectorsPerRequest => GlobalLoads + GlobalStores + GlobalAtomics is > 0 and var requests ? (double)GlobalSectors / requests : 0;

    /// <summary>Lanes per instruction, of 32: less means divergence or predication.</summary>
    public double ActiveLanes => Instructions > 0 ? (double)LaneInstructions / Instructions : 0;

    /// <summary>Instructions of a class.</summary>
    public long Of(InstructionClass kind) => _byClass[(int)kind];

    /// <summary>The sum of two launches of one kernel.</summary>
    public static LaunchCounts operator +(LaunchCounts a, LaunchCounts b)
    {
        LaunchCounts sum = new()
        {
            Kernel = a.Kernel,
            Launches = a.Launches + b.Launches,
            Instructions = a.Instructions + b.Instructions,
            LaneInstructions = a.LaneInstructions + b.LaneInstructions,
            Flops = a.Flops + b.Flops,
            MatrixFlops = a.MatrixFlops + b.MatrixFlops,
            GlobalLoads = a.GlobalLoads + b.GlobalLoads,
            GlobalStores = a.GlobalStores + b.GlobalStores,
            GlobalAtomics = a.GlobalAtomics + b.GlobalAtomics,
            GlobalLoadSectors = a.GlobalLoadSectors + b.GlobalLoadSectors,
            GlobalStoreSectors = a.GlobalStoreSectors + b.GlobalStoreSectors,
            GlobalAtomicSectors = a.GlobalAtomicSectors + b.GlobalAtomicSectors,
            GlobalLoadBytes = a.GlobalLoadBytes + b.GlobalLoadBytes,
            GlobalStoreBytes = a.GlobalStoreBytes + b.GlobalStoreBytes,
            GlobalAtomicBytes = a.GlobalAtomicBytes + b.GlobalAtomicBytes,
            SharedRequests = a.SharedRequests + b.SharedRequests,
            SharedPasses = a.SharedPasses + b.SharedPasses,
            BankConflicts = a.BankConflicts + b.BankConflicts,
            SharedBytes = a.SharedBytes + b.SharedBytes,
            LocalBytes = a.LocalBytes + b.LocalBytes,
            ConstBytes = a.ConstBytes + b.ConstBytes,
            ParameterBytes = a.ParameterBytes + b.ParameterBytes,
        };
        for (int i = 0; i < sum._byClass.Length; i++) sum._byClass[i] = a._byClass[i] + b._byClass[i];
        return sum;
    }

    /// <summary>See the operator.</summary>
    public static LaunchCounts Add(LaunchCounts a, LaunchCounts b) => a + b;

    internal static unsafe LaunchCounts From(LaunchState launch)
    {
        long instructions = 0, lanes = 0, flops = 0, matrixFlops = 0;
        long[] byClass = new long[Enum.GetValues<InstructionClass>().Length];
        for (int pc = 0; pc < launch.Program.Length; pc++)
        {
            Instruction* i = launch.Program.Code + pc;
            long executed = launch.Executions[2 * pc], active = launch.Executions[2 * pc + 1];
            instructions += executed;
            lanes += active;
            byClass[(int)i->Class] += executed;
            if (i->Class == InstructionClass.Matrix) matrixFlops += active * i->Flops;
            else flops += active * i->Flops;
        }
        AccessCounts a = launch.Accesses;
        LaunchCounts counts = new()
        {
            Kernel = launch.Program.Name,
            Instructions = instructions,
            LaneInstructions = lanes,
            Flops = flops,
            MatrixFlops = matrixFlops,
            GlobalLoads = a.GlobalLoads,
            GlobalStores = a.GlobalStores,
            GlobalAtomics = a.GlobalAtomics,
            GlobalLoadSectors = a.GlobalLoadSectors,
            GlobalStoreSectors = a.GlobalStoreSectors,
            GlobalAtomicSectors = a.GlobalAtomicSectors,
            GlobalLoadBytes = a.GlobalLoadBytes,
            GlobalStoreBytes = a.GlobalStoreBytes,
            GlobalAtomicBytes = a.GlobalAtomicBytes,
            SharedRequests = a.SharedRequests,
            SharedPasses = a.SharedPasses,
            BankConflicts = a.BankConflicts,
            SharedBytes = a.SharedBytes,
            LocalBytes = a.LocalBytes,
            ConstBytes = a.ConstBytes,
            ParameterBytes = a.ParameterBytes,
        };
        byClass.CopyTo(counts._byClass, 0);
        return counts;
    }
}
