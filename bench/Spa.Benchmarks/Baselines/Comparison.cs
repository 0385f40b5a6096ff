namespace Spa.Benchmarks.Baselines;

/// <summary>
/// A run against a baseline. On one machine times are compared, on two the shares of the ceilings. A case is slower when its median is slower by more than
/// the threshold and the intervals of both medians do not touch: a difference within either's noise says nothing, one below the threshold does not matter.
/// </summary>
public sealed class Comparison
{
    /// <summary>Medians of two good runs on one shared machine differ by up to this much (docs/benchmarks/cpu.md).</summary>
    public const double DefaultThreshold = 0.05;

    // Pools and thread-local caches make the allocation of whole phases vary a little.
    private const double AllocationSlack = 0.01;

    private readonly double _threshold;

    public Comparison(Baseline then, Baseline now, double threshold = DefaultThreshold)
    {
        (Then, Now, _threshold) = (then, now, threshold);
        IsSameMachine = then.Host.IsSameMachine(now.Host);
        var before = then.Cases.ToDictionary(c => c.Name, StringComparer.Ordinal);
        var after = now.Cases.ToDictionary(c => c.Name, StringComparer.Ordinal);
        Cases = [.. before.Keys.Union(after.Keys).Order(StringComparer.Ordinal)
            .Select(name => Compare(name, before.GetValueOrDefault(name), after.GetValueOrDefault(name)))];
    }

    public Baseline Then { get; }

    public Baseline Now { get; }

    /// <summary>Whether times are compared.</summary>
    public bool IsSameMachine { get; }

    /// <summary>Every case of either, by name.</summary>
    public IReadOnlyList<CaseComparison> Cases { get; }

    public bool HasRegression => Cases.Any(c => c.IsRegression);

    private CaseComparison Compare(string name, BaselineCase? then, BaselineCase? now)
    {
        if (then is null || now is null) return new CaseComparison(name, then, now, null, then is null ? CaseVerdict.New : CaseVerdict.NotRun);
        Measure? slowdown = IsSameMachine ? now.Nanoseconds / then.Nanoseconds : then.OfCeiling / now.OfCeiling;
        return new CaseComparison(name, then, now, slowdown, now.Allocated > then.Allocated * (1 + AllocationSlack) ? CaseVerdict.Allocates : Judge(slowdown));
    }

    private CaseVerdict Judge(Measure? slowdown) => slowdown switch
    {
        null => CaseVerdict.NotComparable,
        { Median: var ratio, Low: > 1 } when ratio > 1 + _threshold => CaseVerdict.Slower,
        { Median: var ratio, High: < 1 } when ratio < 1 / (1 + _threshold) => CaseVerdict.Faster,
        _ => CaseVerdict.Same,
    };
}
