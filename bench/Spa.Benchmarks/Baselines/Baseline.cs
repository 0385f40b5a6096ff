namespace Spa.Benchmarks.Baselines;

/// <summary>The figures of one machine at one time, to compare later ones with.</summary>
public sealed record Baseline(string Machine, DateOnly Date, HostDescription Host, IReadOnlyList<BaselineCase> Cases)
{
    /// <summary>Sums up measured cases, ordered by name.</summary>
    public static Baseline Of(string machine, DateOnly date, HostDescription host, IReadOnlyList<CaseResult> results)
    {
        var ceilings = new Ceilings(results);
        return new Baseline(machine, date, host, [.. results.OrderBy(r => r.Name, StringComparer.Ordinal).Select(r =>
        {
            Measure time = Measure.Of(r.Nanoseconds);
            double? Rate(double work) => work > 0 ? work / time.Median : null;
            return new BaselineCase(r.Name, time, r.Nanoseconds.Length, Rate(r.Flops), Rate(r.Bytes), ceilings.Share(r), r.Allocated);
        })]);
    }
}
