namespace Spa.Engine.Reporting.Plots;

/// <summary>A bar chart of one series with a row for each group: for names that do not fit below upright bars.</summary>
internal static class LyingBars
{
    // Names may take this share of the drawing.
    private const double LargestNames = 0.5;

    // A name is no closer to the next one.
    private const double LeastSlot = 20;

    /// <summary>Height of the drawing: more than usual where there are many names.</summary>
    public static double Height(BarChart chart) => Math.Max(PlotFrame.Height, 10 + LeastSlot * chart.Groups.Count + Footroom(chart));

    public static void Draw(BarChart chart, SvgWriter svg, AxisScale scale)
    {
        int glyphs = Math.Min(chart.Groups.Max(name => name.Length), (int)(PlotFrame.Width * LargestNames / PlotFrame.TickGlyphWidth));
        PlotFrame frame = new(svg, scale, footroom: Footroom(chart), nameGlyphs: glyphs, height: Height(chart));
        double X(double value) => frame.Left + frame.PlotWidth * Math.Clamp(scale.Map(value), 0, 1);
        foreach (AxisTick tick in scale.Ticks) svg.Line("grid", X(tick.Value), frame.Top, X(tick.Value), frame.Bottom);
        frame.DrawXAxis(scale);
        frame.DrawXLabel(chart.XLabel);
        double slot = (frame.Bottom - frame.Top) / chart.Groups.Count, thick = Math.Min(30, slot * 0.72), zero = X(0);
        for (int group = 0; group < chart.Groups.Count; group++)
        {
            double middle = frame.Top + slot * (group + 0.5);
            svg.Text("tick end", frame.Left - 8, middle + 4, PlotFrame.Shorten(chart.Groups[group], glyphs));
            Estimate value = group < chart.Series[0].Values.Count ? chart.Series[0].Values[group] : Estimate.None;
            if (!value.IsMeasured) continue;
            double x = X(value.Value);
            svg.Rect($"bar {chart.BarStyle(group, 0)}", Math.Min(x, zero), middle - thick / 2, Math.Abs(x - zero), thick, chart.Tooltip(group, 0, value));
            if (!value.HasInterval) continue;
            double low = X(value.Low), high = X(value.High), cap = Math.Min(5, thick / 4);
            svg.Line("whisker", low, middle, high, middle);
            svg.Line("whisker", low, middle - cap, low, middle + cap);
            svg.Line("whisker", high, middle - cap, high, middle + cap);
        }
        svg.Line("axis", zero, frame.Top, zero, frame.Bottom);
        if (double.IsFinite(chart.Reference)) svg.Line("reference", X(chart.Reference), frame.Top, X(chart.Reference), frame.Bottom);
    }

    private static double Footroom(BarChart chart) => chart.XLabel.Length > 0 ? 46 : 28;
}
