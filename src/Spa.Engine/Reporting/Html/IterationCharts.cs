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
        BarChart flagged = Bars(report, "Share flagged as noisy", "of each iteration's pairs", NumberStyle.Percent, audit => audit.Flagged);
        return FigureHtml.Grid(histograms.Append(flagged));
    }

    /// <summary>Length, stop rate, KL and preference for length by iteration, then every figure of the audits.</summary>
    public static string Responses(RunReport report)
    {
        string charts = FigureHtml.Grid(
        [
            Bars(report, "Response length", "tokens", NumberStyle.Number, audit => audit.ResponseLength),
            Bars(report, "Stop rate", "responses that ended by themselves", NumberStyle.Percent, audit => audit.StopRate),
            Bars(report, "KL to the SFT model", "nats per response", NumberStyle.Number, audit => audit.KlToSft),
            Bars(report, "The longer answer wins", "share of pairs", NumberStyle.Percent, audit => audit.LongerWins) with
            {
                Reference = 0.5,
                ReferenceLabel = "no preference",
            },
        ]);
        return charts + AuditTable(report);
    }

    /// <summary>Figures as rows, iterations as columns: few enough of them to fit a phone.</summary>
    private static string AuditTable(RunReport report)
    {
        (string Name, NumberStyle Style, Func<IterationAudit, Estimate> Value)[] figures =
        [
            ("Pairs", NumberStyle.Count, audit => audit.Pairs),
            ("Flagged as noisy", NumberStyle.Percent, audit => audit.Flagged),
            ("of these, also flagged without extrapolation", NumberStyle.Percent, audit => audit.FlagOverlap),
            ("Judge agrees with gold labels", NumberStyle.Percent, audit => audit.JudgeAccuracy),
            ("Ties", NumberStyle.Percent, audit => audit.Ties),
            ("Identical responses", NumberStyle.Percent, audit => audit.Duplicates),
            ("Responses cut at the limit", NumberStyle.Percent, audit => audit.Cut),
            ("Distinct bigrams", NumberStyle.Percent, audit => audit.DistinctBigrams),
            ("Largest difference between sampler and scorer, nats per token", NumberStyle.Number, audit => audit.SamplerScorerDifference),
        ];
        HtmlWriter rows = new();
        foreach ((string name, NumberStyle style, Func<IterationAudit, Estimate> value) in figures)
        {
            Estimate[] cells = [.. report.Iterations.Select(value)];
            if (!cells.Any(cell => cell.IsMeasured)) continue;
            rows.Raw("<tr>").Element("th scope=\"row\"", name);
            foreach (Estimate cell in cells)
            {
                rows.Raw("<td>").Text(NumberText.Format(cell, style));
                if (cell is { IsMeasured: true, HasInterval: true }) rows.Element("small", NumberText.Range(cell, style));
                rows.Raw("</td>");
            }
            rows.Raw("</tr>\n");
        }
        if (rows.ToString() is not { Length: > 0 } body) return "";
        HtmlWriter html = new();
        html.Raw("<div class=\"scroll\"><table class=\"audit\">\n<thead><tr><th></th>");
        foreach (IterationAudit audit in report.Iterations) html.Element("th scope=\"col\"", report.NameOf(audit.Stage));
        return html.Raw("</tr></thead>\n<tbody>\n").Raw(body).Raw("</tbody></table></div>\n").ToString();
    }

    private static BarChart Bars(RunReport report, string title, string note, NumberStyle style,
        Func<IterationAudit, Estimate> value) => new()
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
