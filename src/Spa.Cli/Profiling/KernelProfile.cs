using System.Text.Json.Nodes;
using Spa.Emulator.Counters;
using Spa.Interop;

namespace Spa.Cli.Profiling;

/// <summary>What one kernel did in one case.</summary>
/// <param name="Case">Name of the case.</param>
/// <param name="Counts">Sums over the launches of the kernel.</param>
internal sealed record KernelProfile(string Case, LaunchCounts Counts)
{
    public string Kernel => Counts.Kernel;

    /// <summary>Bytes that lanes asked global memory for.</summary>
    public long GlobalBytes => Counts.GlobalLoadBytes + Counts.GlobalStoreBytes + Counts.GlobalAtomicBytes;

    /// <summary>Bytes that lanes asked for, of those in the sectors that moved. Lanes that read the same word push it above 1.</summary>
    public double SectorUse => Counts.GlobalSectors > 0 ? GlobalBytes / (32.0 * Counts.GlobalSectors) : 0;

    /// <summary>Every count, and the estimate for a device.</summary>
    public JsonObject ToJson(DeviceLimits limits)
    {
        var bound = BoundEstimate.From(Counts, limits);
        return new JsonObject
        {
            ["kernel"] = Kernel,
            ["case"] = Case,
            ["launches"] = Counts.Launches,
            ["instructions"] = Counts.Instructions,
            ["mix"] = new JsonObject(Mix().Select(part => KeyValuePair.Create(Name(part.Class), (JsonNode?)part.Count))),
            ["active_lanes"] = Round(Counts.ActiveLanes),
            ["flops"] = Counts.Flops,
            ["matrix_flops"] = Counts.MatrixFlops,
            ["global_requests"] = Counts.GlobalLoads + Counts.GlobalStores + Counts.GlobalAtomics,
            ["global_load_bytes"] = Counts.GlobalLoadBytes,
            ["global_store_bytes"] = Counts.GlobalStoreBytes,
            ["global_atomic_bytes"] = Counts.GlobalAtomicBytes,
            ["sectors"] = Counts.GlobalSectors,
            ["sectors_per_request"] = Round(Counts.SectorsPerRequest),
            ["sector_use"] = Round(SectorUse),
            ["shared_requests"] = Counts.SharedRequests,
            ["shared_passes"] = Counts.SharedPasses,
            ["bank_conflicts"] = Counts.BankConflicts,
            ["local_bytes"] = Counts.LocalBytes,
            ["estimate"] = new JsonObject
            {
                ["device"] = limits.Name,
                ["bound"] = bound.Bound,
                ["microseconds"] = Round(bound.Microseconds),
                ["memory_us"] = Round(bound.MemoryMicroseconds),
                ["matrix_us"] = Round(bound.MatrixMicroseconds),
                ["issue_us"] = Round(bound.IssueMicroseconds),
                ["shared_us"] = Round(bound.SharedMicroseconds),
                ["special_us"] = Round(bound.SpecialMicroseconds),
            },
        };
    }

    /// <summary>Lines for a person.</summary>
    public IEnumerable<string> ToText(DeviceLimits limits)
    {
        yield return $"{Kernel}: {Case}";
        yield return FormattableString.Invariant($"  {Counts.Instructions:N0} instructions of warps, {Counts.ActiveLanes:0.0} of 32 lanes active: {string.Join(", ", Mix().Where(part => part.Count * 100 >= Counts.Instructions).Select(part => FormattableString.Invariant($"{Name(part.Class)} {(double)part.Count / Counts.Instructions:0%}")))}");
        yield return FormattableString.Invariant($"  global: {Counts.GlobalLoadBytes:N0} bytes read, {Counts.GlobalStoreBytes:N0} written, {Counts.GlobalAtomicBytes:N0} atomic; {Counts.SectorsPerRequest:0.0} sectors a request, {SectorUse:0%} of their bytes used");
        yield return FormattableString.Invariant($"  shared: {Counts.SharedRequests:N0} requests, {Counts.SharedPasses:N0} passes, {Counts.BankConflicts:N0} bank conflicts; local: {Counts.LocalBytes:N0} bytes");
        yield return FormattableString.Invariant($"  {Counts.Flops:N0} FLOPs, {Counts.MatrixFlops:N0} in matrix instructions");
        yield return $"  {BoundEstimate.From(Counts, limits)}";
    }

    private IEnumerable<(InstructionClass Class, long Count)> Mix() =>
        Enum.GetValues<InstructionClass>().Select(kind => (Class: kind, Count: Counts.Of(kind))).Where(part => part.Count > 0).OrderByDescending(part => part.Count);

    private static string Name(InstructionClass kind) => kind.ToString().ToLowerInvariant();

    private static double Round(double value) => Math.Round(value, 4);
}
