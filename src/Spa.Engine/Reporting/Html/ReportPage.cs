using Spa.Engine.Reporting.Plots;

namespace Spa.Engine.Reporting.Html;

/// <summary>The page: head, summary, sections.</summary>
internal static class ReportPage
{
    /// <summary>The policy forbids scripts and every request, so even text that slipped through unescaped could do nothing.</summary>
    private const string Policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'";

    public static string Render(RunReport report)
    {
        List<ReportSection> sections = [.. ReportSections.All(report).Where(section => section.Body.Length > 0)];
        HtmlWriter html = new();
        html.Raw("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n")
            .Raw($"<meta http-equiv=\"Content-Security-Policy\" content=\"{Policy}\">\n")
            .Raw("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n")
            .Raw("<meta name=\"color-scheme\" content=\"light dark\">\n")
            .Raw("<link rel=\"icon\" href=\"data:,\">\n")
            .Element("title", report.Title).Raw($"\n<style>\n{PlotStyle.Palette}{PlotStyle.Css}{ReportStyle.Css}</style>\n")
            .Raw("</head>\n<body>\n");
        WriteHeader(html, report, sections);
        html.Raw("<main>\n");
        foreach (ReportSection section in sections)
        {
            html.Raw($"<section id=\"{section.Id}\">\n").Element("h2", section.Title).Raw("\n");
            if (section.Lead.Length > 0) html.Element("p class=\"lead\"", section.Lead).Raw("\n");
            html.Raw(section.Body).Raw("</section>\n");
        }
        html.Raw("</main>\n<footer><p>Intervals are 95%. This file is complete in itself: it runs no script and loads nothing.</p></footer>\n")
            .Raw("</body>\n</html>\n");
        return html.ToString();
    }

    private static void WriteHeader(HtmlWriter html, RunReport report, List<ReportSection> sections)
    {
        html.Raw("<header>\n<p class=\"eyebrow\">").Text(report.Kind);
        if (report.Finished is { } time) html.Text($" · {time.UtcDateTime:yyyy-MM-dd HH:mm} UTC");
        html.Raw("</p>\n").Element("h1", report.Title).Raw("\n");
        if (report.Subtitle.Length > 0) html.Element("p class=\"subtitle\"", report.Subtitle).Raw("\n");
        WriteSummary(html, report.Summary);
        foreach (string warning in report.Warnings) html.Raw("<p class=\"warning\"><strong>Note well.</strong> ").Text(warning)
            .Raw("</p>\n");
        if (sections.Count > 1)
        {
            html.Raw("<nav aria-label=\"Sections\">");
            foreach (ReportSection section in sections) html.Element($"a href=\"#{section.Id}\"", section.Title).Raw("\n");
            html.Raw("</nav>\n");
        }
        html.Raw("</header>\n");
    }

    private static void WriteSummary(HtmlWriter html, IReadOnlyList<SummaryFigure> figures)
    {
        if (figures.Count == 0) return;
        html.Raw("<dl class=\"summary\">\n");
        foreach (SummaryFigure figure in figures)
        {
            html.Raw("<div>").Element("dt", figure.Label).Raw("<dd>")
                .Element("span class=\"big\"", NumberText.Format(figure.Value, figure.Style));
            if (figure.Value.HasInterval) html.Element("span class=\"interval\"", NumberText.Range(figure.Value, figure.Style));
            if (figure.Note.Length > 0) html.Element("span class=\"remark\"", figure.Note);
            html.Raw("</dd></div>\n");
        }
        html.Raw("</dl>\n");
    }
}
