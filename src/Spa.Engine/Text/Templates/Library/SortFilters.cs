namespace Spa.Engine.Text.Templates;

/// <summary>Filters that order, group and pick by comparison. Strings compare without case unless asked otherwise.</summary>
internal static class SortFilters
{
    private static readonly string[] s_groupFields = ["grouper", "list"];

    public static readonly Builtin[] All =
    [
        new("sort", "reverse? case_sensitive? attribute?", Sort),
        new("unique", "case_sensitive? attribute?", (context, value, a) =>
            new GeneratorValue("sync_do_unique", value, Unique(context, value, a.Flag(0), new AttributePath(a.Or(1, null))))),
        new("min", "case_sensitive? attribute?", (context, value, a) => Extreme(context, value, a, wantLarger: false)),
        new("max", "case_sensitive? attribute?", (context, value, a) => Extreme(context, value, a, wantLarger: true)),
        new("groupby", "attribute default? case_sensitive?", GroupBy),
        new("dictsort", "case_sensitive? by? reverse?", DictSort),
    ];

    private static object? Key(RenderContext context, object? value, bool caseSensitive)
    {
        if (caseSensitive || value is not (string or Markup)) return value;
        string text = value.ToString()!;
        context.ChargeScan(text.Length);
        return StringCase.Lower(text);
    }

    private static object Sort(RenderContext context, object? value, BoundArguments a)
    {
        object?[] items = Sequences.ToArray(context, value);
        object? attribute = a.Or(2, null);
        AttributePath[] paths = attribute is string or Markup
            ? [.. attribute.ToString()!.Split(',').Select(part => new AttributePath(part))]
            : [new AttributePath(attribute)];
        object?[] keys = new object?[items.Length];
        for (int i = 0; i < items.Length; i++)
        {
            object? item = items[i];
            keys[i] = new ListValue([.. paths.Select(path => Key(context, path.Get(context, item), a.Flag(1)))]);
        }

        return new ListValue(Sorting.Sort(context, items, keys, a.Flag(0)));
    }

    private static IEnumerable<object?> Unique(RenderContext context, object? value, bool caseSensitive, AttributePath path)
    {
        DictValue seen = new(context.Keys);
        ItemReader items = new(context, value);
        while (items.TryNext(out object? item))
        {
            object? key = Key(context, path.Get(context, item), caseSensitive);
            if (seen.TryGet(key, out _)) continue;
            seen.Set(key, null);
            yield return item;
        }
    }

    private static object? Extreme(RenderContext context, object? value, BoundArguments a, bool wantLarger)
    {
        AttributePath path = new(a.Or(1, null));
        ItemReader items = new(context, value);
        if (!items.TryNext(out object? best)) return Undefined.Because("No aggregated item, sequence was empty.");
        object? bestKey = Key(context, path.Get(context, best), a.Flag(0));
        while (items.TryNext(out object? item))
        {
            object? key = Key(context, path.Get(context, item), a.Flag(0));
            if (!(wantLarger ? Comparison.Order(context, key, bestKey, ">") > 0 : Comparison.Order(context, key, bestKey, "<") < 0)) continue;
            (best, bestKey) = (item, key);
        }

        return best;
    }

    private static object GroupBy(RenderContext context, object? value, BoundArguments a)
    {
        AttributePath path = new(a[0]);
        object? fallback = a.Or(1, null);
        object?[] items = Sequences.ToArray(context, value);
        object?[] keys = [.. items.Select(item => Key(context, path.Get(context, item, fallback), a.Flag(2)))];
        int[] order = Sorting.Sort(context, [.. Enumerable.Range(0, items.Length)], keys, reverse: false);
        List<object?> groups = [];
        for (int start = 0; start < order.Length;)
        {
            int end = start;
            while (end < order.Length && Comparison.AreEqual(context, keys[order[start]], keys[order[end]])) end++;

            // A key that is not equal to itself (NaN) still makes a group.
            end = Math.Max(end, start + 1);
            object?[] members = [.. order[start..end].Select(i => items[i])];
            groups.Add(new TupleValue([path.Get(context, members[0], fallback), new ListValue(members)], s_groupFields));
            start = end;
        }

        return new ListValue([.. groups]);
    }

    private static object DictSort(RenderContext context, object? value, BoundArguments a)
    {
        object? by = a.Or(1, "key");
        if (by is not ("key" or "value"))
        {
            throw new TemplateException(TemplateErrorKind.FilterArgumentError, "You can only sort by either \"key\" or \"value\"");
        }

        if (value is Undefined missing) throw missing.Error(context);
        DictValue dict = value as DictValue
            ?? throw new TemplateException(TemplateErrorKind.AttributeError, $"{Repr.Of(TypeName.Of(value))} object has no attribute 'items'");
        object?[] items = new object?[dict.Count];
        object?[] keys = new object?[dict.Count];
        for (int i = 0; i < items.Length; i++)
        {
            items[i] = dict.ItemAt(i);
            keys[i] = Key(context, by is "key" ? dict.KeyAt(i) : dict.ValueAt(i), a.Flag(0));
        }

        return new ListValue(Sorting.Sort(context, items, keys, a.Flag(2)));
    }
}
