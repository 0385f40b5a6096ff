namespace Spa.Engine.Reporting.Plots;

/// <summary>One bar per group, in the order of the groups; <see cref="Estimate.None"/> leaves a place empty.</summary>
public sealed record BarSeries(string Name, IReadOnlyList<Estimate> Values);
