using Spa.Engine.Reporting.Plots;

namespace Spa.Engine.Reporting.Html;

/// <summary>
/// Charts as figures: title, a legend whose entries hide and show their series (checkboxes and CSS, no script), the drawing.
/// </summary>
internal static class FigureHtml
{
    /// <summary>The charts that have data, in as many columns as fit; a single one does not grow to the width of the page.</summary>
    public static string Grid(IEnumerable<Chart> charts)
    {
        List<Chart> shown = [.. charts.Where(chart => chart.HasData)];
        if (shown.Count == 0) return "";
        HtmlWriter html = new();
        html.Raw($"<div class=\"figures{(shown.Count == 1 ? " narrow" : "")}\">\n");
        foreach (Chart chart in shown) WriteFigure(html, chart);
        return html.Raw("</div>\n").ToString();
    }

    private static void WriteFigure(HtmlWriter html, Chart chart)
    {
        html.Raw("<figure><figcaption>").Element("span class=\"name\"", chart.Title);
        if (chart.Caption.Length > 0) html.Element("span class=\"unit\"", chart.Caption);
        html.Raw("</figcaption>");
        IReadOnlyList<string> names = chart.SeriesNames;
        if (names.Count > 1)
        {
            html.Raw("<div class=\"legend\">");
            for (int i = 0; i < names.Count; i++)
                html.Raw($"<label><input type=\"checkbox\" class=\"t{i + 1}\" checked><i class=\"{PlotStyle.Series(i)}\"></i>")
                    .Text(names[i]).Raw("</label>");
            html.Raw("</div>");
        }
        SvgWriter svg = new();
        chart.Draw(svg);
        html.Raw($"<svg class=\"plot\" viewBox=\"0 0 {PlotFrame.Width} {SvgWriter.Number(chart.Height)}\" role=\"img\" aria-label=\"")
            .Text(chart.Title).Raw("\">")
            .Raw(svg.ToString()).Raw("</svg></figure>\n");
    }
}
