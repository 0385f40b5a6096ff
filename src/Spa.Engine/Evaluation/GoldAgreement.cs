using Spa.Engine.Evaluation.Statistics;

namespace Spa.Engine.Evaluation;

/// <summary>How often a judge is right where an oracle knows, in all and by how sure the judge is; a tie of the judge counts half.</summary>
public sealed record GoldAgreement
{
    private const int Parts = 4;

    /// <summary>Share of pairs; the interval is a bootstrap over prompts, whose pairs belong together.</summary>
    public required Interval All { get; init; }

    /// <summary>By quarters of the margin's size, the least sure first: smallest and largest size, agreement, number of pairs.</summary>
    public required IReadOnlyList<(double From, double To, Interval Agreement, int Count)> ByMargin { get; init; }

    /// <summary>Expected calibration error of sigmoid(margin).</summary>
    public required Interval CalibrationError { get; init; }

    public static GoldAgreement Of(IReadOnlyList<GoldPair> pairs, ulong seed)
    {
        double[] margins = [.. pairs.Select(p => p.Margin)];
        GoldPair[] sorted = [.. pairs.OrderBy(p => Math.Abs(p.Margin))];
        int parts = Math.Min(Parts, sorted.Length);
        return new GoldAgreement
        {
            All = Agreement(pairs, seed),
            ByMargin = [.. Enumerable.Range(0, parts).Select(part =>
            {
                GoldPair[] inside = sorted[(part * sorted.Length / parts)..((part + 1) * sorted.Length / parts)];
                return (Math.Abs(inside[0].Margin), Math.Abs(inside[^1].Margin), Interval.Proportion(inside.Sum(Right), inside.Length), inside.Length);
            })],
            CalibrationError = Calibration.ErrorInterval(margins, seed),
        };
    }

    private static Interval Agreement(IReadOnlyList<GoldPair> pairs, ulong seed)
    {
        IGrouping<int, GoldPair>[] prompts = [.. pairs.GroupBy(p => p.Group).OrderBy(g => g.Key)];
        // One pair a prompt: independent trials have an exact interval.
        return prompts.Length == pairs.Count ? Interval.Proportion(pairs.Sum(Right), pairs.Count)
            : Bootstrap.GroupedMean([.. prompts.Select(g => g.Sum(Right))], [.. prompts.Select(g => g.Count())], seed);
    }

    private static double Right(GoldPair pair) => pair.Margin > 0 ? 1 : pair.Margin == 0 ? 0.5 : 0;
}
