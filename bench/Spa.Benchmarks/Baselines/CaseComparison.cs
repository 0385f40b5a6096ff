namespace Spa.Benchmarks.Baselines;

/// <summary>One case then and now.</summary>
/// <param name="Name">Type, method and parameters.</param>
/// <param name="Then">Of the baseline, or null.</param>
/// <param name="Now">Just measured, or null.</param>
/// <param name="Slowdown">How many times slower it is now, in time or in share of the ceiling; null if that cannot be said.</param>
/// <param name="Verdict">What it means.</param>
public sealed record CaseComparison(string Name, BaselineCase? Then, BaselineCase? Now, Measure? Slowdown, CaseVerdict Verdict)
{
    public bool IsRegression => Verdict is CaseVerdict.Slower or CaseVerdict.Allocates;
}
