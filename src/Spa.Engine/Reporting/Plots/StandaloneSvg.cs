namespace Spa.Engine.Reporting.Plots;

/// <summary>A chart as a file of its own.</summary>
internal static class StandaloneSvg
{
    private const double Head = 30;
    private const double LegendLine = 20;
    private const double CaptionLine = 18;
    private const double Margin = 12;

    // What fits a line, and what a title may take of it.
    private const int HeadGlyphs = 60, TitleGlyphs = 40;

    public static string Render(Chart chart)
    {
        SvgWriter legend = new();
        // A caption that does not fit beside the title has a line of its own.
        bool below = chart.Caption.Length > HeadGlyphs - Math.Min(TitleGlyphs, chart.Title.Length);
        double head = below ? Head + CaptionLine : Head, top = chart.SeriesNames.Count > 1 ? DrawLegend(legend, chart.SeriesNames, head) : head;
        double height = top + chart.Height;
        SvgWriter svg = new();
        svg.Raw("<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"plot\" role=\"img\" ")
            .Raw($"viewBox=\"0 0 {PlotFrame.Width} {SvgWriter.Number(height)}\">");
        svg.Raw($"<title>{Markup.Escape(chart.Title)}</title><style>{PlotStyle.Palette}{PlotStyle.Css}</style>");
        svg.Rect("paper", 0, 0, PlotFrame.Width, height);
        svg.Text("head start", Margin, 21, PlotFrame.Shorten(chart.Title, TitleGlyphs));
        if (below) svg.Text("label start", Margin, 21 + CaptionLine, PlotFrame.Shorten(chart.Caption, HeadGlyphs));
        else svg.Text("label end", PlotFrame.Width - Margin, 21, chart.Caption);
        svg.Raw(legend.ToString()).Raw($"<g transform=\"translate(0 {SvgWriter.Number(top)})\">");
        chart.Draw(svg);
        return svg.Raw("</g></svg>\n").ToString();
    }

    /// <summary>Swatches and names, as many lines as they need; returns where the chart may begin.</summary>
    private static double DrawLegend(SvgWriter svg, IReadOnlyList<string> names, double head)
    {
        double x = Margin, y = head + 12;
        for (int i = 0; i < names.Count; i++)
        {
            string name = PlotFrame.Shorten(names[i], 40);
            double width = 18 + 7 * name.Length + 14;
            if (x > Margin && x + width > PlotFrame.Width) (x, y) = (Margin, y + LegendLine);
            svg.Rect($"fill {PlotStyle.Series(i)}", x, y - 9, 11, 11);
            svg.Text("label start", x + 17, y, name);
            x += width;
        }
        return y + 8;
    }
}
