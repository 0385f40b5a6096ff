using System.Globalization;

namespace Spa.Benchmarks.Baselines;

/// <summary>A comparison in lines for a terminal or a log.</summary>
public static class ComparisonTable
{
    /// <summary>Head, one line a case, and the verdict in the last line.</summary>
    public static IEnumerable<string> Lines(Comparison comparison)
    {
        yield return $"then: {comparison.Then.Machine}, {comparison.Then.Date:yyyy-MM-dd}, {comparison.Then.Host}";
        yield return $"now:  {comparison.Now.Date:yyyy-MM-dd}, {comparison.Now.Host}";
        yield return comparison.IsSameMachine
            ? "times are compared; ratio: how many times slower it is now, and the band that noise allows"
            : "another machine: shares of the ceilings are compared; ratio: how many times smaller the share is now, and the band that noise allows";
        yield return "";
        string[][] rows = [["case", "then", "now", "ratio", "noise band", "allocated", ""], .. comparison.Cases.Select(c => Cells(c, comparison.IsSameMachine))];
        int[] widths = [.. Enumerable.Range(0, rows[0].Length).Select(i => rows.Max(r => r[i].Length))];
        foreach (string[] row in rows)
            yield return string.Join("  ", row.Select((cell, i) => i is 0 or 6 ? cell.PadRight(widths[i]) : cell.PadLeft(widths[i]))).TrimEnd();
        yield return "";
        yield return Verdict(comparison);
    }

    private static string Verdict(Comparison comparison)
    {
        int regressions = comparison.Cases.Count(c => c.IsRegression), compared = comparison.Cases.Count(c => c.Slowdown is not null);
        return regressions == 0 ? $"no regression in {compared} compared cases" : $"{regressions} regressions in {compared} compared cases";
    }

    private static string[] Cells(CaseComparison c, bool times) =>
    [
        c.Name,
        Figure(c.Then, times),
        Figure(c.Now, times),
        c.Slowdown is { } ratio ? Number(ratio.Median, "F3") : "-",
        c.Slowdown is { } band ? $"{Number(band.Low, "F3")} .. {Number(band.High, "F3")}" : "-",
        c.Then is not null && c.Now is not null && c.Then.Allocated != c.Now.Allocated ? $"{c.Then.Allocated} -> {c.Now.Allocated} B"
            : $"{(c.Now ?? c.Then)!.Allocated} B",
        c.Verdict switch
        {
            CaseVerdict.Same => "",
            CaseVerdict.Faster => "faster",
            CaseVerdict.Slower => "SLOWER",
            CaseVerdict.Allocates => "ALLOCATES MORE",
            CaseVerdict.New => "new",
            CaseVerdict.NotRun => "not run",
            _ => "not comparable",
        },
    ];

    private static string Figure(BaselineCase? c, bool times) => c switch
    {
        null => "-",
        _ when times => Time(c.Nanoseconds.Median),
        { OfCeiling: { } share } => Number(share.Median * 100, "F1") + " %",
        _ => "-",
    };

    private static string Time(double nanoseconds) => nanoseconds switch
    {
        >= 1e9 => Number(nanoseconds / 1e9, "F3") + " s",
        >= 1e6 => Number(nanoseconds / 1e6, "F3") + " ms",
        _ => Number(nanoseconds / 1e3, "F3") + " us",
    };

    private static string Number(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}
