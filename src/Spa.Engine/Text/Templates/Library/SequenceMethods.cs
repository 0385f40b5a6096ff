namespace Spa.Engine.Text.Templates;

/// <summary>Methods of lists, tuples and ranges.</summary>
internal static class SequenceMethods
{
    public static readonly Builtin Copy = new("copy", "", (_, self, _) => new ListValue(((ListValue)self!).Items));

    public static readonly Builtin[] All =
    [
        new("index", "/value /start? /stop?", (context, self, a) => Box.Of(IndexOf(context, self, a))),
        new("count", "/value", (context, self, a) =>
        {
            long count = 0;
            ItemReader items = new(context, self);
            while (items.TryNext(out object? item)) count += Comparison.AreEqual(context, item, a[0]) ? 1 : 0;
            return Box.Of(count);
        }),
    ];

    private static long IndexOf(RenderContext context, object? self, BoundArguments a)
    {
        object?[] items = Sequences.ToArray(context, self);
        int start = a.Int(context, 1);
        int stop = a.Int(context, 2, items.Length);
        if (start < 0) start = Math.Max(0, start + items.Length);
        if (stop < 0) stop += items.Length;
        for (int i = start; i < Math.Min(stop, items.Length); i++)
        {
            if (Comparison.AreEqual(context, items[i], a[0])) return i;
        }

        throw new TemplateException(TemplateErrorKind.ValueError, $"{Repr.Of(context, a[0])} is not in {TypeName.Of(self)}");
    }
}
