using Spa.Engine.Reporting.Plots;

namespace Spa.Engine.Reporting.Html;

/// <summary>
/// Tables of estimates. Below a number stands its interval, drawn to the scale of its column so that rows compare at a glance.
/// </summary>
internal static class TableHtml
{
    private const double MarkWidth = 96;

    public static string Render(ReportTable table)
    {
        int[] columns = [.. Enumerable.Range(0, table.Columns.Count).Where(column => table.Rows.Any(row => Cell(row, column).IsMeasured))];
        if (columns.Length == 0) return "";
        HtmlWriter html = new();
        html.Raw("<div class=\"scroll\"><table>\n<thead><tr><th></th>");
        foreach (int column in columns) html.Element("th scope=\"col\"", table.Columns[column].Name);
        html.Raw("</tr></thead>\n<tbody>\n");
        AxisRange[] ranges = [.. columns.Select(column => AxisRange.Of(table.Rows.Select(row => Cell(row, column))))];
        bool control = false;
        foreach (ReportRow row in table.Rows)
        {
            html.Raw(row.IsControl == control ? "<tr>" : "<tr class=\"apart\">").Raw("<th scope=\"row\">").Text(row.Name);
            if (row.IsControl) html.Raw("<span class=\"tag\">control</span>");
            html.Raw("</th>");
            for (int i = 0; i < columns.Length; i++) WriteCell(html, Cell(row, columns[i]), table.Columns[columns[i]].Style, ranges[i]);
            html.Raw("</tr>\n");
            control = row.IsControl;
        }
        return html.Raw("</tbody></table></div>\n").ToString();
    }

    private static Estimate Cell(ReportRow row, int column) => column < row.Cells.Count ? row.Cells[column] : Estimate.None;

    private static void WriteCell(HtmlWriter html, Estimate value, NumberStyle style, AxisRange range)
    {
        html.Raw("<td>").Element("b", NumberText.Format(value, style));
        if (value is { IsMeasured: true, HasInterval: true })
        {
            html.Element("small", NumberText.Range(value, style));
            double low = range.At(value.Low), high = range.At(value.High), at = range.At(value.Value);
            SvgWriter svg = new();
            svg.Raw($"<svg class=\"mark\" viewBox=\"0 0 {MarkWidth} 8\" aria-hidden=\"true\">");
            svg.Line("track", 0, 4, MarkWidth, 4);
            svg.Line("reach", MarkWidth * low, 4, MarkWidth * high, 4);
            svg.Circle("at", 3 + (MarkWidth - 6) * at, 4, 3);
            html.Raw(svg.Raw("</svg>").ToString());
        }
        html.Raw("</td>");
    }

    /// <summary>The common scale of a column's marks.</summary>
    private readonly record struct AxisRange(double Low, double High)
    {
        public static AxisRange Of(IEnumerable<Estimate> values)
        {
            double[] bounds = [.. values.Where(value => value.IsMeasured && value.HasInterval)
                .SelectMany(value => new[] { value.Low, value.High, value.Value })];
            return bounds.Length == 0 ? new(0, 1) : new(bounds.Min(), bounds.Max());
        }

        public double At(double value) => High > Low ? Math.Clamp((value / 2 - Low / 2) / (High / 2 - Low / 2), 0, 1) : 0.5;
    }
}
