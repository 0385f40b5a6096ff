namespace Spa.Engine.Reporting.Plots;

/// <summary>A histogram; what lies below the threshold is coloured as flagged.</summary>
public sealed record HistogramChart : Chart
{
    public required HistogramData Data { get; init; }

    /// <summary>Value below which a pair is flagged; NaN without one.</summary>
    public double Threshold { get; init; } = double.NaN;

    /// <summary>Name of the x axis.</summary>
    public string XLabel { get; init; } = "";

    /// <summary>Plural noun of what is counted, for tooltips.</summary>
    public string Unit { get; init; } = "values";

    internal override IReadOnlyList<string> SeriesNames => [""];

    internal override bool HasData => Data.Counts.Count > 0;

    internal override void Draw(SvgWriter svg)
    {
        AxisScale y = AxisScale.Rounded(Data.Counts.Select(count => (double)count).Append(0).Append(1), NumberStyle.Count, ticks: 4);
        // A threshold beside the data still belongs in the picture.
        AxisScale x = AxisScale.Exact(double.IsFinite(Threshold) ? Data.Edges.Append(Threshold) : Data.Edges, NumberStyle.Number);
        PlotFrame frame = new(svg, y, headroom: double.IsFinite(Threshold) ? 26 : 10);
        frame.DrawYAxis();
        frame.DrawXAxis(x);
        frame.DrawXLabel(XLabel);
        for (int i = 0; i < Data.Counts.Count; i++) DrawBin(frame, x, i);
        if (double.IsFinite(Threshold)) DrawThreshold(frame, At(frame, x, Threshold));
    }

    private void DrawBin(PlotFrame frame, AxisScale x, int bin)
    {
        double from = At(frame, x, Data.Edges[bin]), to = At(frame, x, Data.Edges[bin + 1]), top = frame.Y(Data.Counts[bin]);
        double cut = double.IsFinite(Threshold) ? Math.Clamp(At(frame, x, Threshold), from, to) : from;
        // A hairline between bins where they are wide enough to spare it.
        double gap = to - from > 4 ? 0.8 : 0;
        if (cut > from) frame.Svg.Rect("flagged", from, top, cut - from - (cut < to ? 0 : gap), frame.Bottom - top);
        if (cut < to) frame.Svg.Rect("bar c1", cut, top, to - cut - gap, frame.Bottom - top);
        string low = NumberText.Format(Data.Edges[bin], NumberStyle.Number), high = NumberText.Format(Data.Edges[bin + 1], NumberStyle.Number);
        string tooltip = $"{low} to {high}\n{NumberText.Format(Data.Counts[bin], NumberStyle.Count)} {Unit}";
        frame.Svg.Rect("band", from, frame.Top, to - from, frame.Bottom - frame.Top, tooltip);
    }

    private void DrawThreshold(PlotFrame frame, double at)
    {
        frame.Svg.Line("threshold", at, frame.Top - 8, at, frame.Bottom);
        string label = $"threshold {NumberText.Format(Threshold, NumberStyle.Number)}";
        bool left = at > (frame.Left + frame.Right) / 2;
        frame.Svg.Text($"thresholdlabel {(left ? "end" : "start")}", at + (left ? -5 : 5), frame.Top - 10 + 4, label);
    }

    private static double At(PlotFrame frame, AxisScale x, double value) => frame.Left + frame.PlotWidth * x.Map(value);
}
