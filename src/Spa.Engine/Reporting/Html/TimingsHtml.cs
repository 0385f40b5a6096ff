namespace Spa.Engine.Reporting.Html;

/// <summary>Phases with their duration, share of the whole, and token rate.</summary>
internal static class TimingsHtml
{
    public static string Render(IReadOnlyList<PhaseTiming> timings)
    {
        if (timings.Count == 0) return "";
        double total = timings.Sum(timing => timing.Seconds);
        HtmlWriter html = new();
        html.Raw("<div class=\"scroll\"><table class=\"time\">\n<thead><tr><th></th><th scope=\"col\">Time</th>")
            .Raw("<th class=\"share\" scope=\"col\">Share</th><th scope=\"col\">Tokens</th><th scope=\"col\">Tokens/s</th></tr></thead>\n<tbody>\n");
        foreach (PhaseTiming timing in timings) WriteRow(html, timing, total);
        html.Raw("<tr class=\"total\"><th scope=\"row\">Total</th>").Element("td", NumberText.Format(total, NumberStyle.Duration))
            .Raw("<td></td><td></td><td></td></tr>\n");
        return html.Raw("</tbody></table></div>\n").ToString();
    }

    private static void WriteRow(HtmlWriter html, PhaseTiming timing, double total)
    {
        double share = total > 0 && double.IsFinite(total) ? Math.Clamp(timing.Seconds / total, 0, 1) : 0;
        bool counted = timing.Tokens > 0;
        double rate = counted && timing.Seconds > 0 ? Math.Round(timing.Tokens / timing.Seconds) : double.NaN;
        html.Raw("<tr>").Element("th scope=\"row\"", timing.Phase).Element("td", NumberText.Format(timing.Seconds, NumberStyle.Duration));
        html.Raw("<td class=\"share\"><svg viewBox=\"0 0 100 8\" preserveAspectRatio=\"none\" aria-hidden=\"true\">")
            .Raw("<rect width=\"100\" height=\"8\" rx=\"1\"/>")
            .Raw($"<rect class=\"part\" width=\"{Plots.SvgWriter.Number(100 * share)}\" height=\"8\" rx=\"1\"/></svg>")
            .Element("span", NumberText.Format(share, NumberStyle.Percent)).Raw("</td>")
            .Element("td", counted ? NumberText.Format(timing.Tokens, NumberStyle.Count) : NumberText.Absent)
            .Element("td", NumberText.Format(rate, NumberStyle.Count))
            .Raw("</tr>\n");
    }
}
