namespace Spa.Engine.Text.Templates;

/// <summary>The filter <c>tojson</c> with the options that chat templates know.</summary>
internal static class JsonFilter
{
    private const int MaxIndent = 1000;

    public static readonly Builtin ToJson = new("tojson", "ensure_ascii? indent? separators? sort_keys?", (context, value, a) =>
        JsonText.Of(context, value, a.Has(0) || a.Has(1) || a.Has(2) || a.Has(3) ? Style(context, a) : JsonStyle.Default));

    private static JsonStyle Style(RenderContext context, BoundArguments a)
    {
        string? indent = a.Or(1, null) switch
        {
            null => null,
            string or Markup => a.Text(context, 1),
            _ => new string(' ', Math.Clamp(a.Int(context, 1), 0, MaxIndent)),
        };
        (string item, string key) = (indent is null ? ", " : ",", ": ");
        if (a.Or(2, null) is not null)
        {
            object?[] separators = Sequences.ToArray(context, a[2]);
            if (separators.Length != 2) throw new TemplateException(TemplateErrorKind.ValueError, $"tojson needs two separators, got {separators.Length}");
            item = Printer.Text(context, separators[0]);
            key = Printer.Text(context, separators[1]);
        }

        return new JsonStyle(indent, item, key, a.Flag(0), a.Flag(3));
    }
}
