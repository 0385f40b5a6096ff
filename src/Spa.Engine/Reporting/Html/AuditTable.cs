namespace Spa.Engine.Reporting.Html;

/// <summary>Figures of the audits as rows, iterations as columns: few enough of them to fit a phone.</summary>
internal static class AuditTable
{
    /// <summary>The table; empty where nothing was measured.</summary>
    public static string Render(RunReport report, IReadOnlyList<AuditFigure> figures)
    {
        HtmlWriter rows = new();
        foreach (AuditFigure figure in figures)
        {
            Estimate[] cells = [.. report.Iterations.Select(figure.Value)];
            if (!cells.Any(cell => cell.IsMeasured)) continue;
            rows.Raw("<tr>").Element("th scope=\"row\"", figure.Name);
            foreach (Estimate cell in cells)
            {
                rows.Raw("<td>").Text(NumberText.Format(cell, figure.Style));
                if (cell is { IsMeasured: true, HasInterval: true }) rows.Element("small", NumberText.Range(cell, figure.Style));
                rows.Raw("</td>");
            }
            rows.Raw("</tr>\n");
        }
        if (rows.ToString() is not { Length: > 0 } body) return "";
        HtmlWriter html = new();
        html.Raw("<div class=\"scroll\"><table class=\"audit\">\n<thead><tr><th></th>");
        foreach (IterationAudit audit in report.Iterations) html.Element("th scope=\"col\"", report.NameOf(audit.Stage));
        return html.Raw("</tr></thead>\n<tbody>\n").Raw(body).Raw("</tbody></table></div>\n").ToString();
    }
}
