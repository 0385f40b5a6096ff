using System.Text;

namespace Spa.Engine.Text.Templates;

/// <summary>Methods of strings that cut and join. Those of markup return markup.</summary>
internal static class StringMethods
{
    public static readonly Builtin[] All =
    [
        Strip("strip", true, true),
        Strip("lstrip", true, false),
        Strip("rstrip", false, true),
        Split("split", fromRight: false),
        Split("rsplit", fromRight: true),
        new("splitlines", "keepends?", (context, self, a) => Parts(context, self, StringSplitting.Lines(self!.ToString()!, a.Flag(0)))),
        Partition("partition", fromRight: false),
        Partition("rpartition", fromRight: true),
        new("join", "/iterable", (context, self, a) => Like(self, Join(context, self!.ToString()!, a[0], self is Markup))),
        new("replace", "/old /new /count?", (context, self, a) =>
        {
            string replacement = a.Text(context, 1);
            if (self is Markup) replacement = Markup.Escape(context, a[1]).Text;
            return Like(self, Replace(context, self!.ToString()!, a.Text(context, 0), replacement, a.Int(context, 2, -1)));
        }),
        new("removeprefix", "/prefix", (context, self, a) =>
        {
            string prefix = a.Text(context, 0);
            return self!.ToString()!.StartsWith(prefix, StringComparison.Ordinal) ? Like(self, self.ToString()![prefix.Length..]) : self;
        }),
        new("removesuffix", "/suffix", (context, self, a) =>
        {
            string suffix = a.Text(context, 0);
            return self!.ToString()!.EndsWith(suffix, StringComparison.Ordinal) ? Like(self, self.ToString()![..^suffix.Length]) : self;
        }),
        new("expandtabs", "tabsize?", (context, self, a) => Like(self, ExpandTabs(context, self!.ToString()!, a.Int(context, 0, 8)))),
        new("encode", "encoding? errors?", (context, self, a) =>
            new BytesValue(TextEncodings.Encode(context.Charge(self!.ToString()!), a.TextOrNull(context, 0) ?? "utf-8", a.TextOrNull(context, 1) ?? "strict"))),
        new("format", "*args **kwargs", (context, self, a) =>
            Like(self, context.Charge(new StringFormat(context, a.Rest, context.DictOf(a.Named), self is Markup).Apply(self!.ToString()!)))),
        new("format_map", "/mapping", (context, self, a) =>
        {
            DictValue named = a[0] as DictValue ?? throw new TemplateException(TemplateErrorKind.TypeError, $"format_map() needs a dict, not {TypeName.Of(a[0])}");
            return Like(self, context.Charge(new StringFormat(context, [], named, self is Markup).Apply(self!.ToString()!)));
        }),
    ];

    /// <summary>The text as the kind of string that <paramref name="self"/> is.</summary>
    public static object Like(object? self, string text) => self is Markup ? new Markup(text) : text;

    public static string Replace(RenderContext context, string text, string old, string replacement, int count)
    {
        if (count == 0) return text;
        context.ChargeSearch(text, old);
        long occurrences = old.Length == 0 ? text.Length + 1 : text.AsSpan().Count(old);
        if (count > 0) occurrences = Math.Min(occurrences, count);
        context.ChargeLength(text.Length + occurrences * Math.Max(0, replacement.Length - old.Length));
        if (occurrences == 0) return text;
        if (count < 0 && old.Length > 0) return text.Replace(old, replacement, StringComparison.Ordinal);
        StringBuilder result = new();
        int at = 0;
        for (long i = 0; i < occurrences; i++)
        {
            int next = old.Length == 0 ? NextBoundary(text, at, i) : text.IndexOf(old, at, StringComparison.Ordinal);
            if (next < 0) break;
            result.Append(text, at, next - at).Append(replacement);
            at = next + old.Length;
        }

        return result.Append(text, at, text.Length - at).ToString();
    }

    /// <summary>An empty text is found before every code point and at the end.</summary>
    private static int NextBoundary(string text, int at, long round)
    {
        if (round == 0) return 0;
        return at < text.Length ? at + CodePoints.WidthAt(text, at) : -1;
    }

    private static string Join(RenderContext context, string separator, object? items, bool escape)
    {
        StringBuilder result = new();
        ItemReader reader = new(context, items);
        for (int i = 0; reader.TryNext(out object? item); i++)
        {
            if (i > 0) result.Append(separator);
            if (item is Undefined or not (string or Markup) && !escape)
            {
                throw new TemplateException(TemplateErrorKind.TypeError, $"sequence item {i}: expected str instance, {TypeName.Of(item)} found");
            }

            result.Append(escape ? Markup.Escape(context, item).Text : item!.ToString());
            context.CheckLength(result.Length);
        }

        return context.Charge(result.ToString());
    }

    private static string ExpandTabs(RenderContext context, string text, int size)
    {
        context.ChargeLength(text.Length + (long)text.AsSpan().Count('\t') * Math.Max(0, size));
        StringBuilder result = new();
        int column = 0;
        foreach (char c in text)
        {
            int spaces = c != '\t' ? 0 : size <= 0 ? 0 : size - column % size;
            if (c == '\t') result.Append(' ', spaces);
            else result.Append(c);
            column = c is '\n' or '\r' ? 0 : c == '\t' ? column + spaces : char.IsLowSurrogate(c) ? column : column + 1;
        }

        return result.ToString();
    }

    private static Builtin Strip(string name, bool left, bool right) => new(name, "/chars?", (context, self, a) =>
        Like(self, StringTrimming.Strip(context, self!.ToString()!, a.TextOrNull(context, 0), left, right)));

    private static Builtin Split(string name, bool fromRight) => new(name, "sep? maxsplit?", (context, self, a) =>
    {
        string? separator = a.TextOrNull(context, 0);
        if (separator?.Length == 0) throw new TemplateException(TemplateErrorKind.ValueError, "empty separator");
        if (separator is not null) context.ChargeSearch(self!.ToString()!, separator);
        return Parts(context, self, StringSplitting.Split(self!.ToString()!, separator, a.Int(context, 1, -1), fromRight));
    });

    private static Builtin Partition(string name, bool fromRight) => new(name, "/sep", (context, self, a) =>
    {
        string text = context.Charge(self!.ToString()!);
        string separator = a.Text(context, 0);
        if (separator.Length == 0) throw new TemplateException(TemplateErrorKind.ValueError, "empty separator");
        context.ChargeSearch(text, separator);
        int at = fromRight ? text.AsSpan().LastIndexOf(separator) : text.AsSpan().IndexOf(separator);
        if (at < 0) return new TupleValue(fromRight ? [Like(self, ""), Like(self, ""), self] : [self, Like(self, ""), Like(self, "")]);
        return new TupleValue([Like(self, text[..at]), Like(self, separator), Like(self, text[(at + separator.Length)..])]);
    });

    private static ListValue Parts(RenderContext context, object? self, List<string> parts)
    {
        context.ChargeLength(self!.ToString()!.Length);
        context.Step(parts.Count);
        object?[] items = new object?[parts.Count];
        for (int i = 0; i < items.Length; i++) items[i] = Like(self, parts[i]);
        return new ListValue(items);
    }
}
