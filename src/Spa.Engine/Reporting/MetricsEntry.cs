namespace Spa.Engine.Reporting;

/// <summary>What one logged update measured.</summary>
/// <param name="Stage">Folder name of the stage, <c>stage-0-seed</c> or <c>stage-1</c>; empty outside a run.</param>
/// <param name="Step">Updates done in this stage, from 1.</param>
/// <param name="Values">The numbers by key (<see cref="MetricKeys"/>); the dictionary's order does not matter.</param>
public sealed record MetricsEntry(string Stage, long Step, IReadOnlyDictionary<string, double> Values)
{
    /// <summary>The value of a key, or NaN where the entry lacks it.</summary>
    public double this[string key] => Values.TryGetValue(key, out double value) ? value : double.NaN;
}
