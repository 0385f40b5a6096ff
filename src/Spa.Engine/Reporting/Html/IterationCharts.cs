using Spa.Engine.Reporting.Plots;

namespace Spa.Engine.Reporting.Html;

/// <summary>What the audits of the iterations say, as drawings and one table.</summary>
internal static class IterationCharts
{
    /// <summary>The margin histogram of each iteration, and the share flagged.</summary>
    public static string Margins(RunReport report)
    {
        IEnumerable<Chart> histograms = report.Iterations.Where(audit => audit.Margins is not null).Select(audit => new HistogramChart
        {
            Title = report.NameOf(audit.Stage),
            Note = BesideTheAxis(audit.Margins!),
            Data = audit.Margins!,
            Threshold = audit.Threshold,
            XLabel = "beta*M",
            Unit = "pairs",
        });
        return FigureHtml.Grid(histograms.Append(Bars(report, "Share flagged as noisy", "of each iteration's pairs", NumberStyle.Percent, audit => audit.Flagged)));
    }

    /// <summary>Length, stop rate, KL and preference for length by iteration, then every figure of the audits.</summary>
    public static string Responses(RunReport report)
    {
        string charts = FigureHtml.Grid(
        [
            Bars(report, "Response length", "tokens", NumberStyle.Number, audit => audit.ResponseLength),
            Bars(report, "Stop rate", "responses that ended by themselves", NumberStyle.Percent, audit => audit.StopRate),
            Bars(report, "KL to the SFT model", "nats per response", NumberStyle.Number, audit => audit.KlToSft),
            Bars(report, "The longer answer wins", "share of pairs", NumberStyle.Percent, audit => audit.LongerWins) with { Reference = 0.5, ReferenceLabel = "no preference" },
        ]);
        return charts + TableHtml.Render(AuditTable(report));
    }

    /// <summary>Iterations as columns would run off a phone; figures as columns scroll, and most runs have few of them.</summary>
    private static ReportTable AuditTable(RunReport report)
    {
        (ReportColumn Column, Func<IterationAudit, Estimate> Value)[] figures =
        [
            (new("Pairs", NumberStyle.Count), audit => audit.Pairs),
            (new("Flagged", NumberStyle.Percent), audit => audit.Flagged),
            (new("Also flagged without extrapolation", NumberStyle.Percent), audit => audit.FlagOverlap),
            (new("Judge accuracy", NumberStyle.Percent), audit => audit.JudgeAccuracy),
            (new("Ties", NumberStyle.Percent), audit => audit.Ties),
            (new("Duplicates", NumberStyle.Percent), audit => audit.Duplicates),
            (new("Cut", NumberStyle.Percent), audit => audit.Cut),
            (new("Distinct bigrams", NumberStyle.Percent), audit => audit.DistinctBigrams),
            (new("Sampler against scorer, nats per token"), audit => audit.SamplerScorerDifference),
        ];
        return new("", [.. figures.Select(figure => figure.Column)],
            [.. report.Iterations.Select(audit => new ReportRow(report.NameOf(audit.Stage), [.. figures.Select(figure => figure.Value(audit))]))]);
    }

    private static BarChart Bars(RunReport report, string title, string note, NumberStyle style, Func<IterationAudit, Estimate> value) => new()
    {
        Title = title,
        Note = note,
        Style = style,
        Groups = [.. report.Iterations.Select(audit => report.NameOf(audit.Stage))],
        Series = [new("", [.. report.Iterations.Select(value)])],
    };

    /// <summary>What the axis does not show is said in words.</summary>
    private static string BesideTheAxis(HistogramData data)
    {
        string pairs = $"{NumberText.Format(data.Total, NumberStyle.Count)} pairs";
        if (data.Below > 0) pairs += $", {data.Below} further left";
        if (data.Above > 0) pairs += $", {data.Above} further right";
        return data.NotFinite > 0 ? pairs + $", {data.NotFinite} not finite" : pairs;
    }
}
