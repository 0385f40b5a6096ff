using System.Buffers;
using System.Text;

namespace Spa.Engine.Text.Templates;

/// <summary>Filters made for web pages. Chat templates meet <c>safe</c> and <c>escape</c>; the rest completes the language.</summary>
internal static class HtmlFilters
{
    private static readonly SearchValues<char> s_endsKey = SearchValues.Create(" \t\n\r\f\v/>=");

    public static readonly Builtin[] All =
    [
        new("escape", "", (context, value, _) => Markup.Escape(context, value)),
        new("forceescape", "", (context, value, _) => Markup.Escape(context, Printer.Text(context, value))),
        new("safe", "", (context, value, _) => value as Markup ?? new Markup(Printer.Text(context, value))),
        new("striptags", "", (context, value, _) => StripTags(context, Printer.Text(context, value))),
        new("urlencode", "", UrlEncode),
        new("xmlattr", "autospace?", XmlAttributes),
        Unsupported("urlize"),
        Unsupported("pprint"),
    ];

    private static Builtin Unsupported(string name) => new(name, "*args **kwargs", (_, _, _) =>
        throw new TemplateException(TemplateErrorKind.TemplateRuntimeError, $"the filter '{name}' is not supported: no chat template has a use for it"));

    private static string StripTags(RenderContext context, string text)
    {
        context.Charge(text);
        text = RemoveBetween(RemoveBetween(text, "<!--", "-->"), "<", ">");
        string spaced = string.Join(' ', StringSplitting.Split(text, null, -1, fromRight: false));
        return System.Net.WebUtility.HtmlDecode(spaced);
    }

    private static string RemoveBetween(string text, string open, string close)
    {
        StringBuilder result = new();
        int at = 0;
        while (true)
        {
            int start = text.IndexOf(open, at, StringComparison.Ordinal);
            int end = start < 0 ? -1 : text.IndexOf(close, start + open.Length, StringComparison.Ordinal);
            if (end < 0) return result.Append(text, at, text.Length - at).ToString();
            result.Append(text, at, start - at);
            at = end + close.Length;
        }
    }

    private static object? UrlEncode(RenderContext context, object? value, BoundArguments a)
    {
        if (value is string or Markup || !Sequences.IsIterable(value)) return Quote(context, value, "/");
        List<string> parts = [];
        long length = 0;
        ItemReader pairs = new(context, value is DictValue dict ? new DictView(dict, DictViewKind.Items) : value);
        while (pairs.TryNext(out object? pair))
        {
            object?[] items = Sequences.ToArray(context, pair);
            if (items.Length != 2) throw new TemplateException(TemplateErrorKind.ValueError, $"urlencode needs pairs, not {items.Length} values");
            parts.Add($"{Quote(context, items[0], "").Replace("%20", "+")}={Quote(context, items[1], "").Replace("%20", "+")}");
            context.CheckLength(length += parts[^1].Length);
        }

        return context.Charge(string.Join('&', parts));
    }

    private static string Quote(RenderContext context, object? value, string safe)
    {
        byte[] bytes = value is BytesValue raw ? raw.Bytes : Encoding.UTF8.GetBytes(Printer.Text(context, value));
        context.ChargeLength(bytes.Length * 3L);
        StringBuilder text = new();
        foreach (byte b in bytes)
        {
            char c = (char)b;
            if (char.IsAsciiLetterOrDigit(c) || c is '_' or '.' or '-' or '~' || safe.Contains(c)) text.Append(c);
            else text.Append('%').Append(b.ToString("X2"));
        }

        return text.ToString();
    }

    private static object? XmlAttributes(RenderContext context, object? value, BoundArguments a)
    {
        if (value is Undefined missing) throw missing.Error(context);
        DictValue dict = value as DictValue
            ?? throw new TemplateException(TemplateErrorKind.AttributeError, $"{Repr.Of(TypeName.Of(value))} object has no attribute 'items'");
        StringBuilder text = new();
        for (int i = 0; i < dict.Count; i++)
        {
            if (dict.ValueAt(i) is null or Undefined) continue;
            string key = Printer.Text(context, dict.KeyAt(i));
            if (key.AsSpan().IndexOfAny(s_endsKey) >= 0)
            {
                throw new TemplateException(TemplateErrorKind.ValueError, $"Invalid character in attribute name: {Repr.Of(key)}");
            }

            context.CheckLength(text.Length);
            if (text.Length > 0) text.Append(' ');
            text.Append(Markup.Escape(context, dict.KeyAt(i)).Text).Append("=\"").Append(Markup.Escape(context, dict.ValueAt(i)).Text).Append('"');
        }

        if (text.Length > 0 && a.Flag(0, true)) text.Insert(0, ' ');
        string result = context.Charge(text.ToString());
        return context.AutoEscape ? new Markup(result) : result;
    }
}
