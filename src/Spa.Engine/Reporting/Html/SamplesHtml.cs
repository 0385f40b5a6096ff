namespace Spa.Engine.Reporting.Html;

/// <summary>Prompts with their answers side by side. Each text keeps its own writing direction.</summary>
internal static class SamplesHtml
{
    /// <summary>Longer texts are cut for the page; the samples file of the stage has them whole.</summary>
    private const int LongestText = 6000;

    public static string Render(IReadOnlyList<SamplePrompt> samples)
    {
        HtmlWriter html = new();
        foreach (SamplePrompt sample in samples)
        {
            html.Raw("<article class=\"sample\">\n");
            foreach (SampleTurn turn in sample.Before)
                html.Raw("<div class=\"turn\"><p class=\"who\">").Element("span", turn.Role).Raw("</p><p class=\"text\" dir=\"auto\">").Text(Limit(turn.Text))
                    .Raw("</p></div>\n");
            html.Raw("<p class=\"prompt\" dir=\"auto\">").Text(Limit(sample.Prompt)).Raw("</p>\n<div class=\"answers\">\n");
            foreach (SampleAnswer answer in sample.Answers) WriteAnswer(html, answer);
            html.Raw("</div>\n</article>\n");
        }
        return html.ToString();
    }

    private static void WriteAnswer(HtmlWriter html, SampleAnswer answer)
    {
        html.Raw("<div class=\"answer\"><p class=\"who\">").Element("span", answer.Model);
        if (answer.Score.Length > 0) html.Element("span class=\"score\"", answer.Score);
        html.Raw("</p>");
        if (answer.Text.Length == 0) html.Raw("<p class=\"text empty\">(empty)</p>");
        else html.Raw("<p class=\"text\" dir=\"auto\">").Text(Limit(answer.Text)).Raw("</p>");
        if (answer.IsCut) html.Raw("<p class=\"cut\">cut at the token limit</p>");
        html.Raw("</div>\n");
    }

    private static string Limit(string text)
    {
        if (text.Length <= LongestText) return text;
        int end = char.IsHighSurrogate(text[LongestText - 1]) ? LongestText - 1 : LongestText;
        return text[..end] + $"… ({text.Length - end} more characters)";
    }
}
