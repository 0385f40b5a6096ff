namespace Spa.Engine.Reporting.Plots;

/// <summary>Groups of bars with error bars; a single series lies on its side where the names of its groups would be cut below upright bars.</summary>
public sealed record BarChart : Chart
{
    /// <summary>Up to this many bars carry their value above them, if it fits beside its neighbour's.</summary>
    private const int MostLabels = 6;

    /// <summary>A bar is no wider, unless its value needs the room.</summary>
    private const double WidestBar = 44;

    // Between the values of two bars.
    private const double LabelGap = 8;

    /// <summary>Names below the groups.</summary>
    public required IReadOnlyList<string> Groups { get; init; }

    public required IReadOnlyList<BarSeries> Series { get; init; }

    public NumberStyle Style { get; init; }

    /// <summary>Name of the x axis.</summary>
    public string XLabel { get; init; } = "";

    /// <summary>Value of a dashed line to compare with; NaN without one.</summary>
    public double Reference { get; init; } = double.NaN;

    /// <summary>What the dashed line is; said beside the title, where no bar hides it.</summary>
    public string ReferenceLabel { get; init; } = "";

    /// <summary>True for groups to draw in grey, such as controls; may be shorter than the groups.</summary>
    public IReadOnlyList<bool> Faded { get; init; } = [];

    internal override string Caption => ReferenceLabel.Length == 0 ? Note
        : $"{Note}{(Note.Length > 0 ? "; " : "")}dashed: {ReferenceLabel}";

    internal override IReadOnlyList<string> SeriesNames => [.. Series.Select(series => series.Name)];

    internal override bool HasData => Groups.Count > 0 && Series.Any(series => series.Values.Any(value => value.IsMeasured));

    internal override double Height => Lies(Names(Slot(Scale()))) ? LyingBars.Height(this) : PlotFrame.Height;

    internal override void Draw(SvgWriter svg)
    {
        AxisScale y = Scale();
        double slot = Slot(y);
        IReadOnlyList<string>[] names = Names(slot);
        if (Lies(names))
        {
            LyingBars.Draw(this, svg, y);
            return;
        }
        bool tall = XLabel.Length > 0 || names.Any(lines => lines.Count > 1);
        PlotFrame frame = new(svg, y, headroom: 18, footroom: tall ? 46 : 28);
        frame.DrawYAxis();
        frame.DrawXLabel(XLabel);
        for (int group = 0; group < Groups.Count; group++)
        {
            double centre = frame.Left + slot * (group + 0.5);
            for (int line = 0; line < (XLabel.Length > 0 ? 1 : names[group].Count); line++)
                svg.Text("tick mid", centre, frame.Bottom + 18 + 16 * line, names[group][line]);
            for (int series = 0; series < Series.Count; series++) DrawBar(frame, group, series, slot);
        }
        if (frame.YOrZero < frame.Bottom) svg.Line("axis", frame.Left, frame.YOrZero, frame.Right, frame.YOrZero);
        if (double.IsFinite(Reference)) svg.Line("reference", frame.Left, frame.Y(Reference), frame.Right, frame.Y(Reference));
    }

    private AxisScale Scale() => AxisScale.Rounded(Series.SelectMany(series => series.Values).SelectMany(value => new[] { value.Value, value.Low, value.High }).Append(0).Append(Reference), Style);

    // The width of a slot follows from the left margin alone, so a first frame tells how the names will wrap.
    private double Slot(AxisScale y) => new PlotFrame(new SvgWriter(), y).PlotWidth / Groups.Count;

    private IReadOnlyList<string>[] Names(double slot) => [.. Groups.Select(name => PlotFrame.Wrap(name, PlotFrame.Fitting(slot)))];

    private bool Lies(IReadOnlyList<string>[] names) => Series.Count == 1 && names.Zip(Groups, (lines, name) => string.Join(' ', lines) != name).Any(cut => cut);

    private void DrawBar(PlotFrame frame, int group, int series, double slot)
    {
        Estimate value = group < Series[series].Values.Count ? Series[series].Values[group] : Estimate.None;
        if (!value.IsMeasured) return;
        double label = LabelWidth(), width = Math.Min(Series.Count > 1 ? Math.Max(WidestBar, label) : WidestBar, slot * 0.76 / Series.Count), gap = width > 8 ? 2 : 0;
        double x = frame.Left + slot * (group + 0.5) + width * (series - Series.Count / 2.0);
        double y = frame.Y(value.Value), zero = frame.YOrZero, middle = x + width / 2, top = Math.Min(y, zero);
        frame.Svg.Raw($"<g class=\"series g{series + 1}\">");
        frame.Svg.Rect($"bar {BarStyle(group, series)}", x + gap / 2, Math.Min(y, zero), width - gap,
            Math.Abs(zero - y), Tooltip(group, series, value));
        if (value.HasInterval)
        {
            double low = frame.Y(value.Low), high = frame.Y(value.High), cap = Math.Min(5, width / 4);
            frame.Svg.Line("whisker", middle, low, middle, high);
            frame.Svg.Line("whisker", middle - cap, low, middle + cap, low);
            frame.Svg.Line("whisker", middle - cap, high, middle + cap, high);
            top = Math.Min(top, high);
        }
        if (label > 0 && label <= (Series.Count > 1 ? width : slot)) frame.Svg.Text("value mid", middle, top - 5, NumberText.Format(value, Style));
        frame.Svg.Raw("</g>");
    }

    // Room that the value of a bar needs; 0 where there are too many to write them.
    private double LabelWidth() => Groups.Count * Series.Count > MostLabels ? 0
        : LabelGap + PlotFrame.TickGlyphWidth * Series.SelectMany(series => series.Values).Where(value => value.IsMeasured).Max(value => NumberText.Format(value, Style).Length);

    /// <summary>Class of a bar.</summary>
    internal string BarStyle(int group, int series) => group < Faded.Count && Faded[group] ? "faded" : PlotStyle.Series(series);

    /// <summary>Name, value and interval of a bar.</summary>
    internal string Tooltip(int group, int series, Estimate value)
    {
        string name = Series.Count > 1 ? $"{Groups[group]}, {Series[series].Name}" : Groups[group];
        string interval = value.HasInterval ? $"\n95% interval {NumberText.Range(value, Style)}" : "";
        return $"{name}: {NumberText.Format(value, Style)}{interval}";
    }
}
