using Spa.Engine.Reporting.Plots;

namespace Spa.Engine.Reporting.Html;

/// <summary>The curves of <c>metrics.jsonl</c>, all stages on one time line.</summary>
internal static class TrainingCharts
{
    public static string Render(RunReport report)
    {
        if (report.Metrics.Count == 0) return "";
        Timeline time = Timeline.Of(report);
        return FigureHtml.Grid(
        [
            time.Chart("Loss", "nats", [("loss", MetricKeys.Loss)]),
            time.Chart("Margin", "chosen minus rejected", [("beta*D, trained", MetricKeys.RewardsMargins),
                ("beta*M, extrapolated", MetricKeys.ExtrapolatedMargin)]),
            time.Chart("Accuracy", "share of pairs ordered as labelled", [("accuracy", MetricKeys.RewardsAccuracies)], NumberStyle.Percent),
            time.Chart("Rewards", "beta times the log-ratio",
                [("chosen", MetricKeys.RewardsChosen), ("rejected", MetricKeys.RewardsRejected)]),
            time.Chart("Log-probabilities", "nats per response",
                [("chosen", MetricKeys.LogpsChosen), ("rejected", MetricKeys.LogpsRejected)]),
            time.Chart("Entropy", "nats per token", [("entropy", MetricKeys.Entropy)]),
            time.Chart("Gradient norm", "before clipping, log scale", [("norm", MetricKeys.GradNorm)]) with { LogY = true },
            time.Chart("Learning rate", "", [("rate", MetricKeys.LearningRate)]) with { Smooth = false, FromZero = true },
            time.Chart("Flagged as noisy", "share of an update's pairs", [("flagged", MetricKeys.Flagged)],
                NumberStyle.Percent) with { FromZero = true },
        ]);
    }

    /// <summary>Entries with their place on the common x axis: updates of a stage follow those of the stage before.</summary>
    private sealed record Timeline(IReadOnlyList<(double X, MetricsEntry Entry)> Points, IReadOnlyList<PlotSpan> Spans)
    {
        public static Timeline Of(RunReport report)
        {
            List<(double, MetricsEntry)> points = [];
            List<PlotSpan> spans = [];
            double start = 0;
            foreach (IGrouping<string, MetricsEntry> stage in report.Metrics.GroupBy(entry => entry.Stage))
            {
                foreach (MetricsEntry entry in stage.OrderBy(entry => entry.Step)) points.Add((start + entry.Step, entry));
                double end = start + Math.Max(1, stage.Max(entry => entry.Step));
                spans.Add(new(start, end, report.NameOf(stage.Key)));
                start = end;
            }
            return new(points, spans);
        }

        public LineChart Chart(string title, string note, (string Name, string Key)[] lines,
            NumberStyle style = NumberStyle.Number) => new()
            {
                Title = title,
                Note = note,
                Style = style,
                Smooth = true,
                XLabel = "update",
                Spans = Spans,
                // A line that no stage measured would be an empty legend entry.
                Series = [.. lines.Where(line => Points.Any(point => double.IsFinite(point.Entry[line.Key])))
                .Select(line => new LineSeries(line.Name, [.. Points.Select(point => new PlotPoint(point.X, point.Entry[line.Key]))]))],
            };
    }
}
