namespace Spa.Engine.Reporting.Plots;

/// <summary>Lines over a common x axis.</summary>
public sealed record LineChart : Chart
{
    /// <summary>Tooltips per chart: one every ten pixels or so.</summary>
    private const int MostBands = 48;

    /// <summary>Up to here points are marked, beyond they would merge.</summary>
    private const int MostDots = 24;

    /// <summary>From here on a line of single updates is mostly noise, so its running average is drawn over it.</summary>
    internal const int SmoothFrom = 60;

    public required IReadOnlyList<LineSeries> Series { get; init; }

    /// <summary>Name of the x axis.</summary>
    public string XLabel { get; init; } = "";

    /// <summary>How y is printed.</summary>
    public NumberStyle Style { get; init; }

    /// <summary>How x is printed; counts have no ticks between whole numbers.</summary>
    public NumberStyle XStyle { get; init; } = NumberStyle.Count;

    /// <summary>Logarithmic y; values that are not positive become gaps.</summary>
    public bool LogY { get; init; }

    /// <summary>Draws long lines thin with their running average on top.</summary>
    public bool Smooth { get; init; }

    /// <summary>Makes 0 part of the y axis.</summary>
    public bool FromZero { get; init; }

    /// <summary>Stretches of the x axis to name; empty where there is nothing to tell apart.</summary>
    public IReadOnlyList<PlotSpan> Spans { get; init; } = [];

    internal override IReadOnlyList<string> SeriesNames => [.. Series.Select(series => series.Name)];

    internal override bool HasData => Series.Any(series => series.Points.Any(point => double.IsFinite(point.Y)));

    internal override void Draw(SvgWriter svg)
    {
        IEnumerable<double> values = Series.SelectMany(series => series.Points).Select(point => point.Y);
        AxisScale y = LogY ? AxisScale.Log(values, Style) : AxisScale.Rounded(FromZero ? values.Prepend(0) : values, Style);
        AxisScale x = AxisScale.Exact(Series.SelectMany(series => series.Points).Select(point => point.X), XStyle);
        PlotFrame frame = new(svg, y, headroom: Spans.Count > 1 ? 24 : 10);
        frame.DrawYAxis();
        frame.DrawXAxis(x);
        frame.DrawXLabel(XLabel);
        DrawSpans(frame, x);
        for (int i = 0; i < Series.Count; i++) DrawSeries(frame, x, i);
        DrawBands(frame, x);
    }

    private void DrawSpans(PlotFrame frame, AxisScale x)
    {
        if (Spans.Count < 2) return;
        for (int i = 0; i < Spans.Count; i++)
        {
            double from = At(frame, x, Spans[i].From), to = At(frame, x, Spans[i].To);
            if (i > 0) frame.Svg.Line("span", from, 8, from, frame.Bottom);
            int fitting = PlotFrame.Fitting(to - from, small: true);
            if (fitting >= 3 || Spans[i].Name.Length <= fitting)
                frame.Svg.Text("note mid", (from + to) / 2, 16, PlotFrame.Shorten(Spans[i].Name, fitting));
        }
    }

    private void DrawSeries(PlotFrame frame, AxisScale x, int index)
    {
        string colour = PlotStyle.Series(index);
        List<List<PlotPoint>> segments = [.. Segments(Series[index].Points, frame)];
        int count = segments.Sum(segment => segment.Count);
        bool smooth = Smooth && count >= SmoothFrom;
        frame.Svg.Raw($"<g class=\"series g{index + 1}\">");
        foreach (List<PlotPoint> segment in segments)
        {
            if (segment.Count > 1) frame.Svg.Path($"{(smooth ? "raw" : "line")} {colour}", LinePath.Data(segment, frame, x));
            if (smooth && segment.Count > 1) frame.Svg.Path($"line {colour}", LinePath.Data(LinePath.Smoothed(segment), frame, x));
            if (segment.Count > 1 && count > MostDots) continue;
            foreach (PlotPoint point in segment) frame.Svg.Circle($"dot {colour}", At(frame, x, point.X), frame.Y(point.Y), 2.8);
        }
        frame.Svg.Raw("</g>");
    }

    /// <summary>Cuts a line where a value cannot be drawn and where a span begins.</summary>
    private IEnumerable<List<PlotPoint>> Segments(IReadOnlyList<PlotPoint> points, PlotFrame frame)
    {
        List<PlotPoint> segment = [];
        int span = 0;
        foreach (PlotPoint point in points)
        {
            bool drawable = double.IsFinite(point.X) && double.IsFinite(point.Y) && !double.IsNaN(frame.Y(point.Y));
            int current = span;
            while (current + 1 < Spans.Count && point.X > Spans[current].To) current++;
            if ((!drawable || current != span) && segment.Count > 0)
            {
                yield return segment;
                segment = [];
            }
            span = current;
            if (drawable) segment.Add(point);
        }
        if (segment.Count > 0) yield return segment;
    }

    /// <summary>Invisible columns over the data whose tooltips list what all lines show there.</summary>
    private void DrawBands(PlotFrame frame, AxisScale x)
    {
        double[] all = [.. Series.SelectMany(series => series.Points).Select(point => point.X).Where(double.IsFinite).Distinct().Order()];
        int every = (all.Length + MostBands - 1) / MostBands;
        if (all.Length == 0) return;
        double[] centres = [.. all.Where((_, i) => i % every == 0)];
        for (int i = 0; i < centres.Length; i++)
        {
            double from = i == 0 ? frame.Left : At(frame, x, (centres[i - 1] + centres[i]) / 2);
            double to = i == centres.Length - 1 ? frame.Right : At(frame, x, (centres[i] + centres[i + 1]) / 2);
            frame.Svg.Rect("band", from, frame.Top, to - from, frame.Bottom - frame.Top, Tooltip(centres[i]));
        }
    }

    private string Tooltip(double x)
    {
        PlotSpan span = Spans.FirstOrDefault(span => x >= span.From && x <= span.To);
        string place = span.Name is null ? $"{XLabel} {NumberText.Format(x, XStyle)}"
            : $"{span.Name}, update {NumberText.Format(x - span.From, NumberStyle.Count)}";
        IEnumerable<string> lines = Series.SelectMany(series => series.Points.Where(point => point.X == x).Take(1)
            .Select(point => $"{series.Name} {NumberText.Format(point.Y, Style)}"));
        return string.Join('\n', lines.Prepend(place.Trim()));
    }

    private static double At(PlotFrame frame, AxisScale x, double value) => frame.Left + frame.PlotWidth * x.Map(value);
}
