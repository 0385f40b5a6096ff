namespace Spa.Benchmarks.Baselines;

/// <summary>Results as they were measured, with every iteration.</summary>
public sealed record MeasuredRun(HostDescription Host, DateOnly Date, IReadOnlyList<CaseResult> Cases);
