namespace Spa.Engine.Configuration;

/// <summary>Settings that belong to one learning-rate schedule; each null where not written. The keys are in <see cref="ConfigurationKeys"/>.</summary>
public sealed record SchedulerConfig
{
    public double? MinLr { get; init; }

    public double? MinLrRate { get; init; }

    public double? MinLrRatio { get; init; }

    public double? NumCycles { get; init; }

    public int? NumStableSteps { get; init; }

    public int? NumDecaySteps { get; init; }

    public string? WarmupType { get; init; }

    public string? DecayType { get; init; }

    public int? Timescale { get; init; }

    public double? LrEnd { get; init; }

    public double? Power { get; init; }
}
