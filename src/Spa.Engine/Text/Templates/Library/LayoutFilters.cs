using System.Text;

namespace Spa.Engine.Text.Templates;

/// <summary>Filters that indent, wrap, cut and centre text.</summary>
internal static class LayoutFilters
{
    public static readonly Builtin[] All =
    [
        new("center", "width?", (context, value, a) =>
        {
            int width = a.Int(context, 0, 80);
            context.ChargeLength(width);
            return TextFilters.Like(value, context.Charge(StringCaseMethods.Center(Printer.Text(context, value), width, " ")));
        }),
        new("indent", "width? first? blank?", Indent),
        new("truncate", "length? killwords? end? leeway?", Truncate),
        new("wordwrap", "width? break_long_words? wrapstring? break_on_hyphens?", (context, value, a) =>
            WordWrap.Apply(context, RequireText(context, value, "wordwrap"), a.Int(context, 0, 79), a.Flag(1, true), a.TextOrNull(context, 2) ?? "\n", a.Flag(3, true))),
    ];

    private static object Indent(RenderContext context, object? value, BoundArguments a)
    {
        object? width = a.Or(0, Box.Of(4));
        int spaces = width is string or Markup ? 0 : Math.Max(0, a.Int(context, 0, 4));
        context.ChargeLength(spaces);
        string indention = width is string or Markup ? width.ToString()! : new string(' ', spaces);
        bool blank = a.Flag(2);
        List<string> lines = StringSplitting.Lines(RequireText(context, value, "indent") + "\n", keepEnds: false);
        context.ChargeLength((long)lines.Count * indention.Length);
        StringBuilder text = new();
        if (a.Flag(1)) text.Append(indention);
        for (int i = 0; i < lines.Count; i++)
        {
            if (i > 0) text.Append('\n');
            if (i > 0 && (blank || lines[i].Length > 0)) text.Append(indention);
            text.Append(lines[i]);
        }

        return TextFilters.Like(value, context.Charge(text.ToString()));
    }

    private static object Truncate(RenderContext context, object? value, BoundArguments a)
    {
        int length = a.Int(context, 0, 255);
        string end = a.TextOrNull(context, 2) ?? "...";
        int leeway = a.Or(3, null) is null ? 5 : a.Int(context, 3);
        int endLength = CodePoints.Count(end);
        if (length < endLength) throw new TemplateException(TemplateErrorKind.AssertionError, $"expected length >= {endLength}, got {length}");
        if (leeway < 0) throw new TemplateException(TemplateErrorKind.AssertionError, $"expected leeway >= 0, got {leeway}");
        if (Sequences.Length(value) is long count and >= 0 && count <= (long)length + leeway) return value!;
        string text = RequireText(context, value, "truncate");
        string cut = CodePoints.Substring(text, 0, length - endLength);
        if (!a.Flag(1)) cut = StringSplitting.Split(cut, " ", 1, fromRight: true)[0];
        return TextFilters.Like(value, context.Charge(cut + end));
    }

    private static string RequireText(RenderContext context, object? value, string filter) => value switch
    {
        string text => text,
        Markup markup => markup.Text,
        Undefined missing => throw missing.Error(context),
        _ => throw new TemplateException(TemplateErrorKind.TypeError, $"{filter} needs a string, not {TypeName.Of(value)}"),
    };
}
