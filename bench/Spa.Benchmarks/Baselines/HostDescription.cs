namespace Spa.Benchmarks.Baselines;

/// <summary>Where figures were measured, as BenchmarkDotNet describes it.</summary>
public sealed record HostDescription(string Processor, int LogicalCores, string Architecture, string Intrinsics, string Os, string Runtime)
{
    /// <summary>The CUDA device that some of the figures are of; null: none was used.</summary>
    public DeviceDescription? Device { get; init; }

    /// <summary>
    /// Whether absolute times of both can be compared: the same device, or without one the same processor, cores and vector instructions. Versions of system and runtime may differ.
    /// </summary>
    public bool IsSameMachine(HostDescription other) => (Device, other.Device) switch
    {
        (null, null) => (Processor, LogicalCores, Architecture, Intrinsics) == (other.Processor, other.LogicalCores, other.Architecture, other.Intrinsics),
        ({ } mine, { } theirs) => mine.IsSameDevice(theirs),
        _ => false,
    };

    public override string ToString() => Device is null ? Processors : $"{Device} beside {Processors}";

    private string Processors => $"{Processor}, {LogicalCores} cores, {Architecture} {Intrinsics}, {Os}, {Runtime}";
}
