namespace Spa.Benchmarks.Baselines;

/// <summary>Where figures were measured, as BenchmarkDotNet describes it.</summary>
public sealed record HostDescription(string Processor, int LogicalCores, string Architecture, string Intrinsics, string Os, string Runtime)
{
    /// <summary>Whether absolute times of both can be compared: the same processor, cores and vector instructions. Versions of system and runtime may differ.</summary>
    public bool IsSameMachine(HostDescription other) =>
        (Processor, LogicalCores, Architecture, Intrinsics) == (other.Processor, other.LogicalCores, other.Architecture, other.Intrinsics);

    public override string ToString() => $"{Processor}, {LogicalCores} cores, {Architecture} {Intrinsics}, {Os}, {Runtime}";
}
