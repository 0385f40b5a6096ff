namespace Spa.Engine.Reporting.Plots;

/// <summary>
/// The drawing of a chart and where its data area lies in it. Every chart has the same width, so that text is the same size in all of
/// them; the margins leave room for the larger type of small screens.
/// </summary>
internal sealed class PlotFrame
{
    public const double Width = 480;
    public const double Height = 264;

    /// <summary>Widest average glyph to reckon with, in units of the drawing: 14 px type on a phone.</summary>
    private const double GlyphWidth = 7.8;

    private readonly AxisScale _y;

    /// <param name="svg">Where to draw.</param>
    /// <param name="y">The vertical axis; its labels set the left margin.</param>
    /// <param name="headroom">Space above the data area for labels.</param>
    public PlotFrame(SvgWriter svg, AxisScale y, double headroom = 10)
    {
        (Svg, _y, Top) = (svg, y, headroom);
        Left = 12 + GlyphWidth * Math.Max(2, y.Ticks.Max(tick => tick.Label.Length));
    }

    public SvgWriter Svg { get; }

    public double Left { get; }

    public double Right { get; } = Width - 14;

    public double Top { get; }

    public double Bottom { get; } = Height - 46;

    public double PlotWidth => Right - Left;

    /// <summary>Vertical position of a value, kept inside the data area; NaN where the axis has no place for it.</summary>
    public double Y(double value) => Bottom + (Top - Bottom) * Math.Clamp(_y.Map(value), 0, 1);

    /// <summary>Position of the axis' low end, from where bars rise.</summary>
    public double YOrZero => _y.IsLog ? Bottom : Y(0);

    /// <summary>Number of glyphs that fit a width.</summary>
    public static int Fitting(double width) => (int)(width / GlyphWidth);

    /// <summary>The text, or its beginning and an ellipsis.</summary>
    public static string Shorten(string text, int glyphs)
    {
        if (text.Length <= glyphs) return text;
        int keep = Math.Max(1, glyphs - 1);
        if (char.IsHighSurrogate(text[keep - 1])) keep--;
        return text[..keep].TrimEnd() + "…";
    }

    /// <summary>Horizontal grid lines with their labels, and the base line.</summary>
    public void DrawYAxis()
    {
        foreach (AxisTick tick in _y.Ticks)
        {
            double y = Y(tick.Value);
            Svg.Line("grid", Left, y, Right, y);
            Svg.Text("tick end", Left - 8, y + 4, tick.Label);
        }
        Svg.Line("axis", Left, Bottom, Right, Bottom);
    }

    /// <summary>Tick marks and labels of a horizontal scale; labels that would run into each other are left out.</summary>
    public void DrawXAxis(AxisScale x)
    {
        double free = double.NegativeInfinity;
        foreach (AxisTick tick in x.Ticks)
        {
            double at = Left + PlotWidth * x.Map(tick.Value), half = GlyphWidth * tick.Label.Length / 2;
            Svg.Line("axis", at, Bottom, at, Bottom + 4);
            if (at - half < free || at + half > Width) continue;
            Svg.Text("tick mid", at, Bottom + 18, tick.Label);
            free = at + half + 6;
        }
    }

    public void DrawXLabel(string label)
    {
        if (label.Length > 0) Svg.Text("label mid", (Left + Right) / 2, Height - 8, Shorten(label, Fitting(PlotWidth)));
    }

    /// <summary>A dashed line across at a value that readers compare with, such as chance.</summary>
    public void DrawReference(double value, string label)
    {
        if (!double.IsFinite(value)) return;
        double y = Y(value);
        Svg.Line("reference", Left, y, Right, y);
        Svg.Text("note end", Right, y - 4, label);
    }
}
