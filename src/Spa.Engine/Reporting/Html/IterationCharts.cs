using Spa.Engine.Reporting.Plots;

namespace Spa.Engine.Reporting.Html;

/// <summary>What the audits of the iterations say, as drawings and tables.</summary>
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
        return FigureHtml.Grid([.. histograms, flagged, Areas(report)]) + AuditTable.Render(report, AuditFigure.OfFlags);
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
        return charts + AuditTable.Render(report, AuditFigure.OfResponses);
    }

    /// <summary>Whether the judge is right, where an oracle knows, and whether its confidence can be believed.</summary>
    public static string Judge(RunReport report)
    {
        IterationAudit[] known = [.. report.Iterations.Where(audit => audit.AccuracyByMargin.Count > 0)];
        int parts = known.Select(audit => audit.AccuracyByMargin.Count).DefaultIfEmpty(0).Max();
        BarChart byMargin = new()
        {
            Title = "Judge agrees with gold",
            Note = "quarters of its margin, the least sure first",
            Style = NumberStyle.Percent,
            Groups = [.. Enumerable.Range(1, parts).Select(part => part == 1 ? "least sure" : part == parts ? "surest" : $"part {part}")],
            Series = [.. known.Select(audit => new BarSeries(report.NameOf(audit.Stage),
                [.. Enumerable.Range(0, parts).Select(part => part < audit.AccuracyByMargin.Count ? audit.AccuracyByMargin[part].Accuracy : Estimate.None)]))],
            Reference = 0.5,
            ReferenceLabel = "chance",
        };
        LineChart calibration = new()
        {
            Title = "Calibration of the judge",
            Note = "share right by confidence; on the diagonal it can be believed",
            Style = NumberStyle.Percent,
            XLabel = "confidence",
            XStyle = NumberStyle.Percent,
            Series =
            [
                .. known.Select(audit => new LineSeries(report.NameOf(audit.Stage), [.. audit.CalibrationCurve.Select(point => new PlotPoint(point.Confidence, point.Accuracy.Value))])),
                .. known.Length == 0 ? (LineSeries[])[] : [new LineSeries("as sure as right", [new PlotPoint(0.5, 0.5), new PlotPoint(1, 1)])],
            ],
        };
        return FigureHtml.Grid([byMargin, calibration]) + AuditTable.Render(report, AuditFigure.OfJudge);
    }

    private static BarChart Areas(RunReport report) => new()
    {
        Title = "Do margins find wrong labels?",
        Note = "area under the ROC curve, gold labels",
        Groups = [.. report.Iterations.Select(audit => report.NameOf(audit.Stage))],
        Series =
        [
            new("extrapolated M", [.. report.Iterations.Select(audit => audit.ExtrapolatedArea)]),
            new("trained D", [.. report.Iterations.Select(audit => audit.TrainedArea)]),
        ],
        Reference = 0.5,
        ReferenceLabel = "chance",
    };

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
