using System.Text.Json.Nodes;
using Spa.Engine.Evaluation.Statistics;
using Spa.Engine.Reporting;

namespace Spa.Engine.Pipeline.Demo;

/// <summary>The demo with several seeds: what is left of a difference when luck is taken out.</summary>
/// <param name="results">One per seed, all with or all without controls.</param>
public sealed class DemoSeries(IReadOnlyList<DemoResult> results)
{
    private static readonly (string Name, Func<DemoScore, Interval> Of, string Format)[] s_measures =
    [
        ("mean gold", s => s.Gold, "F2"), ("wins against SFT", s => s.Win, "F3"), ("judge right", s => s.Judge, "F2"), ("labels right", s => s.Labels, "F2"),
        ("tokens", s => s.Length, "F1"), ("answered", s => s.Answered, "F2"), ("off topic", s => s.Fillers, "F2"),
    ];

    public IReadOnlyList<DemoResult> Results => results;

    /// <summary>Markdown: means with standard deviations over seeds, gold of each seed, and paired differences with 95 % t intervals.</summary>
    public string ToText() => string.Join('\n', [.. Means(), "", .. PerSeed(), "", .. Differences(), ""]);

    /// <summary>All results.</summary>
    public JsonArray ToJson() => [.. results.Select(r => r.ToJson())];

    private IEnumerable<string> Means()
    {
        yield return $"| model | {string.Join(" | ", s_measures.Select(m => m.Name))} |";
        yield return "|---|" + string.Concat(Enumerable.Repeat("---|", s_measures.Length));
        for (int model = 0; model < results[0].Scores.Count; model++)
            yield return $"| {Name(model)} | {string.Join(" | ", s_measures.Select(m => MeanAndDeviation([.. results.Select(r => m.Of(r.Scores[model]).Value)], m.Format)))} |";
    }

    private IEnumerable<string> PerSeed()
    {
        yield return $"| mean gold, seed | {string.Join(" | ", results.Select(r => r.Seed))} |";
        yield return "|---|" + string.Concat(Enumerable.Repeat("---|", results.Count));
        for (int model = 0; model < results[0].Scores.Count; model++)
            yield return $"| {Name(model)} | {string.Join(" | ", results.Select(r => $"{r.Scores[model].Gold.Value:F2}"))} |";
    }

    private IEnumerable<string> Differences()
    {
        yield return "| paired difference | mean gold | seeds higher | wins against SFT | seeds higher |";
        yield return "|---|---|---|---|---|";
        foreach ((int a, int b) in Pairs())
            yield return $"| {Name(a)} - {Name(b)} | {Difference(a, b, s => s.Gold, "0.00")} | {Difference(a, b, s => s.Win, "0.000")} |";
    }

    // The last stage against what it began with; with controls also against each at its end, and these against the beginning.
    private IEnumerable<(int A, int B)> Pairs()
    {
        const int Seed = 1;
        int last = results[0].Scores.TakeWhile(s => !s.IsControl).Count() - 1, longer = results[0].Scores.Count - 1, random = longer - 1;
        yield return (last, Seed);
        if (longer == last) yield break;
        yield return (last, random);
        yield return (random, Seed);
        yield return (last, longer);
        yield return (longer, Seed);
    }

    // The number of updates in a control's name can differ by one between seeds.
    private string Name(int model) => string.Join(" / ", results.Select(r => r.Scores[model].Name).Distinct());

    private string Difference(int a, int b, Func<DemoScore, Interval> of, string format)
    {
        double[] values = [.. results.Select(r => of(r.Scores[a]).Value - of(r.Scores[b]).Value)];
        Interval mean = Interval.Mean(values);
        return $"{NumberText.Signed(mean.Value, format)} ± {((mean.High - mean.Low) / 2).ToString(format)} | {values.Count(v => v > 0)} of {values.Length}";
    }

    private static string MeanAndDeviation(double[] values, string format)
    {
        if (double.IsNaN(values[0])) return "";
        (double mean, double error) = Interval.MeanAndError(values);
        return $"{mean.ToString(format)} ± {(error * Math.Sqrt(values.Length)).ToString(format)}";
    }
}
