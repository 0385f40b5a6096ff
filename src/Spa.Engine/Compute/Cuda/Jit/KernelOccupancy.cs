namespace Spa.Engine.Compute.Cuda.Jit;

/// <summary>How many blocks of a kernel a multiprocessor holds at once, by its registers and shared memory.</summary>
/// <param name="Blocks">Blocks at once.</param>
/// <param name="Share">Their warps as a share of the most that the multiprocessor can hold.</param>
public readonly record struct KernelOccupancy(int Blocks, double Share)
{
    private const int WarpThreads = 32;
    private const int UsualThreads = 256;
    private const int Registers = 64 * 1024;
    // Registers go to whole warps in units of 256, and a warp's come from one of four parts.
    private const int RegisterUnit = 256;
    private const int Parts = 4;
    private const int ReservedSharedBytes = 1024;

    /// <summary>At the largest block that the kernel allows, without dynamic shared memory. Null for an architecture whose limits are not known here.</summary>
    public static KernelOccupancy? Of(KernelResources kernel, KernelTarget target) => Of(kernel, target, kernel.MaxThreads > 0 ? kernel.MaxThreads : UsualThreads, 0);

    /// <summary>At a block of <paramref name="threads"/> threads with so much dynamic shared memory.</summary>
    public static KernelOccupancy? Of(KernelResources kernel, KernelTarget target, int threads, int sharedBytes)
    {
        // CUDA C++ Programming Guide, table of technical specifications per compute capability.
        (int Warps, int Blocks, int SharedBytes)? known = target.Architecture switch
        {
            "sm_80" => (64, 32, 164 << 10),
            "sm_86" or "sm_89" => (48, 24, 100 << 10),
            "sm_90" or "sm_90a" or "sm_100" or "sm_100a" => (64, 32, 228 << 10),
            "sm_120" => (48, 24, 100 << 10),
            _ => null,
        };
        if (known is not { } limit) return null;
        int warps = (threads + WarpThreads - 1) / WarpThreads;
        int registersOfWarp = Math.Max(1, (kernel.Registers * WarpThreads + RegisterUnit - 1) / RegisterUnit) * RegisterUnit;
        int byRegisters = Registers / Parts / registersOfWarp * Parts / warps;
        int byShared = limit.SharedBytes / (kernel.SharedBytes + sharedBytes + ReservedSharedBytes);
        int blocks = Math.Min(Math.Min(limit.Warps / warps, limit.Blocks), Math.Min(byRegisters, byShared));
        return new KernelOccupancy(blocks, (double)blocks * warps / limit.Warps);
    }
}
