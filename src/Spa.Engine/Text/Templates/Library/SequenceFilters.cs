namespace Spa.Engine.Text.Templates;

/// <summary>Filters on the items of a value.</summary>
internal static class SequenceFilters
{
    public static readonly Builtin[] All =
    [
        new("length", "", (_, value, _) =>
        {
            long length = Sequences.Length(value);
            return length >= 0 ? Box.Of(length) : throw new TemplateException(TemplateErrorKind.TypeError, $"object of type '{TypeName.Of(value)}' has no len()");
        }),
        new("list", "", (context, value, _) => new ListValue(Sequences.ToArray(context, value))),
        new("first", "", (context, value, _) =>
            new ItemReader(context, value).TryNext(out object? first) ? first : Undefined.Because("No first item, sequence was empty.")),
        new("last", "", Last),
        new("random", "", (context, value, _) =>
        {
            long count = Sequences.Length(value);
            if (count < 0) throw new TemplateException(TemplateErrorKind.TypeError, $"object of type '{TypeName.Of(value)}' has no len()");
            return count == 0
                ? Undefined.Because("No random item, sequence was empty.")
                : Attributes.GetItem(context, value, Box.Of(context.Random.NextInt64(count)));
        }),
        new("reverse", "", Reverse),
        new("items", "", (context, value, _) => value switch
        {
            DictValue dict => new GeneratorValue("do_items", null, Enumerable.Range(0, dict.Count).Select(i => (object?)dict.ItemAt(i))),
            Undefined => new GeneratorValue("do_items", null, []),
            _ => new GeneratorValue("do_items", null, NoPairs()),
        }),
        new("batch", "linecount fill_with?", (context, value, a) =>
            new GeneratorValue("do_batch", value, Batch(context, value, a.Int(context, 0), a.Or(1, null)))),
        new("slice", "slices fill_with?", (context, value, a) =>
            new GeneratorValue("sync_do_slice", value, Slice(context, value, a.Int(context, 0), a.Or(1, null)))),
        new("sum", "attribute? start?", Sum),
        new("default", "default_value? boolean?", (_, value, a) => value is Undefined || (a.Flag(1) && !Truth.Of(value)) ? a.Or(0, "") : value),
        new("attr", "name", (context, value, a) =>
            Attributes.TryOwn(context, value, a.Text(context, 0), out object? found) ? found : Undefined.Member(value, a[0])),
    ];

    private static IEnumerable<object?> NoPairs()
    {
        yield return Refuse();

        static object? Refuse() => throw new TemplateException(TemplateErrorKind.TypeError, "Can only get item pairs from a mapping.");
    }

    private static object? Last(RenderContext context, object? value, BoundArguments a)
    {
        if (value is GeneratorValue or LoopValue) throw new TemplateException(TemplateErrorKind.TypeError, $"'{TypeName.Of(value)}' object is not reversible");
        object?[] items = Sequences.ToArray(context, value);
        return items.Length > 0 ? items[^1] : Undefined.Because("No last item, sequence was empty.");
    }

    private static object? Reverse(RenderContext context, object? value, BoundArguments a)
    {
        if (value is string or Markup) return Slicing.Apply(context, value, new SliceValue(null, null, Box.Of(-1)));
        if (!Sequences.IsIterable(value)) throw new TemplateException(TemplateErrorKind.FilterArgumentError, "argument must be iterable");
        object?[] items = [.. Sequences.ToArray(context, value)];
        Array.Reverse(items);
        return value is GeneratorValue ? new ListValue(items) : new GeneratorValue("reversed", null, items);
    }

    private static IEnumerable<object?> Batch(RenderContext context, object? value, int size, object? fill)
    {
        List<object?> batch = [];
        ItemReader items = new(context, value);
        while (items.TryNext(out object? item))
        {
            if (batch.Count == size)
            {
                yield return new ListValue([.. batch]);
                batch.Clear();
            }

            batch.Add(item);
        }

        if (batch.Count == 0) yield break;
        if (fill is not null && batch.Count < size)
        {
            context.ChargeLength(size);
            context.Step(size - batch.Count);
            batch.AddRange(Enumerable.Repeat(fill, size - batch.Count));
        }

        yield return new ListValue([.. batch]);
    }

    private static IEnumerable<object?> Slice(RenderContext context, object? value, int slices, object? fill)
    {
        object?[] items = Sequences.ToArray(context, value);
        if (slices == 0) throw new TemplateException(TemplateErrorKind.ZeroDivisionError, "integer division or modulo by zero");
        if (slices < 0) yield break;
        (int size, int longer) = Math.DivRem(items.Length, slices);
        int start = 0;
        for (int i = 0; i < slices; i++)
        {
            context.Step();
            int end = start + size + (i < longer ? 1 : 0);
            object?[] part = items[start..end];
            yield return new ListValue(fill is not null && i >= longer ? [.. part, fill] : part);
            start = end;
        }
    }

    private static object? Sum(RenderContext context, object? value, BoundArguments a)
    {
        AttributePath path = new(a.Or(0, null));
        object? total = a.Or(1, Box.Of(0));
        if (total is string or Markup) throw new TemplateException(TemplateErrorKind.TypeError, "sum() can't sum strings [use ''.join(seq) instead]");
        ItemReader items = new(context, value);
        while (items.TryNext(out object? item)) total = Arithmetic.Apply(context, BinaryOperator.Add, total, path.Get(context, item));
        return total;
    }
}
