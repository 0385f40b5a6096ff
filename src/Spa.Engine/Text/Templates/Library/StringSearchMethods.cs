namespace Spa.Engine.Text.Templates;

/// <summary>Methods of strings that look for other strings. Positions are code points.</summary>
internal static class StringSearchMethods
{
    public static readonly Builtin[] All =
    [
        Find("find", fromRight: false, orFail: false),
        Find("rfind", fromRight: true, orFail: false),
        Find("index", fromRight: false, orFail: true),
        Find("rindex", fromRight: true, orFail: true),
        Affix("startswith", (text, affix) => text.StartsWith(affix)),
        Affix("endswith", (text, affix) => text.EndsWith(affix)),
        new("count", "/sub /start? /end?", (context, self, a) =>
        {
            string sub = a.Text(context, 0);
            string? window = Window(context, self, a).Text;
            context.ChargeSearch(window ?? "", sub);
            return Box.Of(Count(window, sub));
        }),
    ];

    private static int Count(string? text, string sub)
    {
        if (text is null) return 0;
        if (sub.Length == 0) return CodePoints.Count(text) + 1;
        return text.AsSpan().Count(sub);
    }

    private static Builtin Find(string name, bool fromRight, bool orFail) => new(name, "/sub /start? /end?", (context, self, a) =>
    {
        string sub = a.Text(context, 0);
        (string? window, int start) = Window(context, self, a);
        context.ChargeSearch(window ?? "", sub);
        int at = window is null ? -1 : fromRight ? window.AsSpan().LastIndexOf(sub) : window.AsSpan().IndexOf(sub);
        if (at < 0 && orFail) throw new TemplateException(TemplateErrorKind.ValueError, "substring not found");
        return Box.Of(at < 0 ? -1 : start + CodePoints.Count(window.AsSpan(0, at)));
    });

    private static Builtin Affix(string name, SpanTest test) => new(name, "/affix /start? /end?", (context, self, a) =>
    {
        string? window = Window(context, self, a).Text;
        if (a[0] is not TupleValue choices) return Box.Of(window is not null && test(window, a.Text(context, 0)));
        foreach (object? choice in choices.Items)
        {
            context.Step();
            if (choice is not (string or Markup))
            {
                throw new TemplateException(TemplateErrorKind.TypeError, $"tuple for {name} must only contain str, not {TypeName.Of(choice)}");
            }

            context.ChargeCompare(choice.ToString()!.Length);
            if (window is not null && test(window, choice.ToString())) return Box.True;
        }

        return Box.False;
    });

    /// <summary>The part between the second and third argument, and where it starts; null where the start lies behind the end.</summary>
    private static (string? Text, int Start) Window(RenderContext context, object? self, BoundArguments a)
    {
        string text = self!.ToString()!;
        if (a.Or(1, null) is null && a.Or(2, null) is null) return (text, 0);
        int length = CodePoints.Count(text);
        int start = Bound(a.Or(1, null) is null ? 0 : a.Int(context, 1), length);
        int end = Math.Min(length, Bound(a.Or(2, null) is null ? length : a.Int(context, 2), length));
        return start > end ? (null, start) : (CodePoints.Substring(text, start, end), start);
    }

    private static int Bound(int index, int length) => index < 0 ? Math.Max(0, index + length) : index;

    private delegate bool SpanTest(ReadOnlySpan<char> text, ReadOnlySpan<char> affix);
}
