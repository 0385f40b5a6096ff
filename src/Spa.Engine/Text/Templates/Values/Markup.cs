namespace Spa.Engine.Text.Templates;

/// <summary>A string that is already safe in HTML; what is added to it with <c>+</c> is escaped first.</summary>
internal sealed class Markup(string text)
{
    public string Text { get; } = text;

    public override string ToString() => Text;

    /// <summary>The five characters of HTML as entities; markup stays as it is.</summary>
    public static Markup Escape(RenderContext context, object? value) =>
        value as Markup ?? new Markup(context.Charge(Escape(Printer.Text(context, value))));

    private static string Escape(string text)
    {
        if (text.AsSpan().IndexOfAny("&<>'\"") < 0) return text;
        return text.Replace("&", "&amp;").Replace(">", "&gt;").Replace("<", "&lt;").Replace("'", "&#39;").Replace("\"", "&#34;");
    }
}
