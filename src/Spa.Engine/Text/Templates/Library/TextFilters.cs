namespace Spa.Engine.Text.Templates;

/// <summary>Filters from text to text. What is no string is printed first; markup stays markup.</summary>
internal static class TextFilters
{
    public static readonly Builtin[] All =
    [
        Map("upper", StringCase.Upper),
        Map("lower", StringCase.Lower),
        Map("capitalize", StringCase.Capitalize),
        Map("title", Title),
        new("trim", "chars?", (context, value, a) =>
            Like(value, StringTrimming.Strip(context, Printer.Text(context, value), a.TextOrNull(context, 0), true, true))),
        new("string", "", (context, value, _) => value is Markup ? value : Printer.Text(context, value)),
        new("replace", "old new count?", Replace),
        new("format", "*args **kwargs", (context, value, a) =>
        {
            if (a.Rest.Length > 0 && a.Named.Length > 0)
            {
                throw new TemplateException(TemplateErrorKind.FilterArgumentError, "can't handle positional and keyword arguments at the same time");
            }

            object values = a.Named.Length > 0 ? context.DictOf(a.Named) : new TupleValue(a.Rest);
            return Like(value, context.Charge(PercentFormat.Apply(context, Printer.Text(context, value), values, value is Markup)));
        }),
        new("join", "d? attribute?", (context, value, a) => Join(context, value, a)),
        new("wordcount", "", (context, value, _) =>
        {
            string text = Printer.Text(context, value);
            context.ChargeScan(text.Length);
            return Box.Of(CountWords(text));
        }),
    ];

    public static object Like(object? value, string text) => value is Markup ? new Markup(text) : text;

    private static object? Replace(RenderContext context, object? value, BoundArguments a)
    {
        string old = Printer.Text(context, a[0]);
        int count = a.Or(2, null) is null ? -1 : a.Int(context, 2);
        if (!context.AutoEscape) return context.Charge(StringMethods.Replace(context, Printer.Text(context, value), old, Printer.Text(context, a[1]), count));
        bool markup = value is Markup || a[0] is Markup || a[1] is Markup;
        string text = markup ? Markup.Escape(context, value).Text : Printer.Text(context, value);
        string replacement = markup ? Markup.Escape(context, a[1]).Text : Printer.Text(context, a[1]);
        string replaced = StringMethods.Replace(context, text, old, replacement, count);
        return markup ? new Markup(replaced) : replaced;
    }

    private static object Join(RenderContext context, object? value, BoundArguments a)
    {
        AttributePath path = new(a.Or(1, null));
        string separator = Printer.Text(context, a.Or(0, ""));
        bool escape = context.AutoEscape;
        List<object?> items = [];
        ItemReader reader = new(context, value);
        while (reader.TryNext(out object? item)) items.Add(path.Get(context, item));

        // Under autoescape plain parts stay plain unless one of them, or the separator, is markup.
        bool markup = escape && (a.Or(0, "") is Markup || items.Any(item => item is Markup));
        System.Text.StringBuilder text = new();
        for (int i = 0; i < items.Count; i++)
        {
            if (i > 0) text.Append(markup && a.Or(0, "") is not Markup ? Markup.Escape(context, separator).Text : separator);
            text.Append(markup ? Markup.Escape(context, items[i]).Text : Printer.Text(context, items[i]));
            context.CheckLength(text.Length);
        }

        string joined = context.Charge(text.ToString());
        return markup ? new Markup(joined) : joined;
    }

    /// <summary>The filter, unlike the method, sees words after white space, hyphens and opening brackets only.</summary>
    private static string Title(string text)
    {
        System.Text.StringBuilder result = new(text.Length);
        for (int start = 0; start < text.Length;)
        {
            bool separator = IsWordSeparator(text[start]);
            int end = start;
            while (end < text.Length && IsWordSeparator(text[end]) == separator) end++;
            int first = start + CodePoints.WidthAt(text, start);
            result.Append(StringCase.Upper(text[start..first])).Append(StringCase.Lower(text[first..end]));
            start = end;
        }

        return result.ToString();
    }

    private static bool IsWordSeparator(char c) => PythonSpace.Is(c) || c is '-' or '(' or '{' or '[' or '<';

    private static int CountWords(string text)
    {
        int words = 0;
        bool inWord = false;
        foreach (int point in CodePoints.ToArray(text))
        {
            bool part = point == '_' || PythonCharacters.IsAlpha(point) || PythonCharacters.IsNumeric(point);
            words += part && !inWord ? 1 : 0;
            inWord = part;
        }

        return words;
    }

    private static Builtin Map(string name, Func<string, string> map) =>
        new(name, "", (context, value, _) => Like(value, context.Charge(map(Printer.Text(context, value)))));
}
