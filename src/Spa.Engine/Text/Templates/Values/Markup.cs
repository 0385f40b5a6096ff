namespace Spa.Engine.Text.Templates;

/// <summary>A string that is already safe in HTML; what is added to it with <c>+</c> is escaped first.</summary>
internal sealed class Markup(string text)
{
    public string Text { get; } = text;

    public override string ToString() => Text;

    /// <summary>The five characters of HTML as entities; markup stays as it is.</summary>
    public static Markup Escape(RenderContext context, object? value) =>
        value as Markup ?? new Markup(Escape(context, Printer.Text(context, value)));

    private static string Escape(RenderContext context, string text)
    {
        ReadOnlySpan<char> span = text;
        context.ChargeLength(span.Length + 4L * (span.Count('&') + span.Count('\'') + span.Count('"')) + 3L * (span.Count('<') + span.Count('>')));
        if (span.IndexOfAny("&<>'\"") < 0) return text;
        return text.Replace("&", "&amp;").Replace(">", "&gt;").Replace("<", "&lt;").Replace("'", "&#39;").Replace("\"", "&#34;");
    }
}
