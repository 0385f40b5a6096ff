using System.Text;

namespace Spa.Engine.Reporting.Html;

/// <summary>Builds a page; text goes through <see cref="Markup.Escape"/>, markup only through <see cref="Raw"/>.</summary>
internal sealed class HtmlWriter
{
    private readonly StringBuilder _text = new();

    public override string ToString() => _text.ToString();

    /// <summary>Markup from this assembly, never from data.</summary>
    public HtmlWriter Raw(string markup)
    {
        _text.Append(markup);
        return this;
    }

    public HtmlWriter Text(string text)
    {
        _text.Append(Markup.Escape(text));
        return this;
    }

    /// <summary>An element with text inside; <paramref name="tag"/> may carry attributes.</summary>
    public HtmlWriter Element(string tag, string text)
    {
        int name = tag.IndexOf(' ');
        return Raw($"<{tag}>").Text(text).Raw($"</{(name < 0 ? tag : tag[..name])}>");
    }
}
