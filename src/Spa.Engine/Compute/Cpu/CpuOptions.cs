namespace Spa.Engine.Compute.Cpu;

/// <summary>How the CPU backend runs. Neither option changes a result.</summary>
public sealed record CpuOptions
{
    /// <summary>Threads that compute, the caller included; 0: one per processor that this process may use.</summary>
    public int Threads { get; init; }

    /// <summary>The widest vectors to use.</summary>
    public SimdLevel Simd { get; init; } = SimdLevels.Widest;
}
