namespace Spa.Engine.Reporting.Plots;

/// <summary>
/// The drawing of a chart and where its data area lies in it. Every chart has the same width, so that text is the same size in all of
/// them; the margins leave room for the larger type of small screens.
/// </summary>
internal sealed class PlotFrame
{
    public const double Width = 480;

    /// <summary>Of a drawing that does not say otherwise.</summary>
    public const double Height = 264;

    /// <summary>Average glyph of a label on a phone (14 px type) in units of the drawing; desktops set it smaller.</summary>
    private const double GlyphWidth = 7.4;

    /// <summary>The same for digits and the percent sign, which are wider than letters; the left margin must hold them.</summary>
    public const double TickGlyphWidth = 8.6;

    /// <summary>Most labels are no longer, so the data areas of charts below each other line up.</summary>
    private const int FewestTickGlyphs = 4;

    /// <summary>The same for notes.</summary>
    private const double SmallGlyphWidth = 6.6;

    private readonly AxisScale _y;
    private readonly double _height;

    /// <param name="svg">Where to draw.</param>
    /// <param name="y">The vertical axis; its labels set the left margin.</param>
    /// <param name="headroom">Space above the data area for labels.</param>
    /// <param name="footroom">Space below it: 46 for tick labels and the axis' name, 28 without a name.</param>
    /// <param name="nameGlyphs">Letters of the longest name left of the data area, where names stand there in the place of tick labels.</param>
    /// <param name="height">Height of the drawing.</param>
    public PlotFrame(SvgWriter svg, AxisScale y, double headroom = 10, double footroom = 46, int nameGlyphs = 0, double height = Height)
    {
        (Svg, _y, _height, Top, Bottom) = (svg, y, height, headroom, height - footroom);
        Left = nameGlyphs > 0 ? 14 + TickGlyphWidth * nameGlyphs : 14 + TickGlyphWidth * Math.Max(FewestTickGlyphs, y.Ticks.Max(tick => tick.Label.Length));
    }

    public SvgWriter Svg { get; }

    public double Left { get; }

    public double Right { get; } = Width - 14;

    public double Top { get; }

    public double Bottom { get; }

    public double PlotWidth => Right - Left;

    /// <summary>Vertical position of a value, kept inside the data area; NaN where the axis has no place for it.</summary>
    public double Y(double value) => Bottom + (Top - Bottom) * Math.Clamp(_y.Map(value), 0, 1);

    /// <summary>Position of the axis' low end, from where bars rise.</summary>
    public double YOrZero => _y.IsLog ? Bottom : Y(0);

    /// <summary>Number of glyphs that fit a width.</summary>
    public static int Fitting(double width, bool small = false) => (int)(width / (small ? SmallGlyphWidth : GlyphWidth));

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

    /// <summary>Tick marks and labels of a horizontal scale; labels that would run into each other are left out, one at the edge moves in.</summary>
    public void DrawXAxis(AxisScale x)
    {
        double free = double.NegativeInfinity;
        foreach (AxisTick tick in x.Ticks)
        {
            double at = Left + PlotWidth * x.Map(tick.Value), half = GlyphWidth * tick.Label.Length / 2, middle = Math.Min(at, Width - TickGlyphWidth * tick.Label.Length / 2);
            Svg.Line("axis", at, Bottom, at, Bottom + 4);
            if (middle - half < free) continue;
            Svg.Text("tick mid", middle, Bottom + 18, tick.Label);
            free = middle + half + 6;
        }
    }

    public void DrawXLabel(string label)
    {
        if (label.Length > 0) Svg.Text("label mid", (Left + Right) / 2, _height - 8, Shorten(label, Fitting(PlotWidth)));
    }

    /// <summary>The text in at most two lines, broken at a blank.</summary>
    public static IReadOnlyList<string> Wrap(string text, int glyphs)
    {
        if (text.Length <= glyphs) return [text];
        int blank = text.LastIndexOf(' ', Math.Min(glyphs, text.Length - 1));
        if (blank <= 0) blank = text.IndexOf(' ');
        return blank <= 0 ? [Shorten(text, glyphs)] : [Shorten(text[..blank], glyphs), Shorten(text[(blank + 1)..], glyphs)];
    }
}
