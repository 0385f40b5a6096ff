namespace Spa.Engine.Text.Templates;

/// <summary>The functions that every template can call.</summary>
internal static class Globals
{
    private static readonly FunctionValue[] s_all =
    [
        new(new Builtin("range", "/start /stop? /step?", Range), isType: false),
        new(new Builtin("dict", "/mapping? **kwargs", Dict), isType: true),
        new(new Builtin("namespace", "/mapping? **kwargs", (context, self, a) =>
        {
            foreach ((string name, _) in a.Named) NamespaceValue.RequirePublic(name);
            DictValue attributes = (DictValue)Dict(context, self, a);
            foreach (object? key in attributes.Keys) NamespaceValue.RequirePublic(key);
            return new NamespaceValue(attributes);
        }), isType: true),
        new(new Builtin("cycler", "*items", (_, _, a) => a.Rest.Length > 0
            ? new CyclerValue(a.Rest)
            : throw new TemplateException(TemplateErrorKind.TemplateRuntimeError, "at least one item has to be provided")), isType: true),
        new(new Builtin("joiner", "sep?", (_, _, a) => new JoinerValue(a.Or(0, ", "))), isType: true),
        new(new Builtin("raise_exception", "message", (context, _, a) =>
            throw new TemplateException(TemplateErrorKind.RaiseException, Printer.Text(context, a[0])))),
        new(new Builtin("strftime_now", "format", (context, _, a) => TimeFormat.Apply(context, context.Options.Clock.GetLocalNow().DateTime, a.Text(context, 0)))),
        new(new Builtin("lipsum", "*args **kwargs", (_, _, _) =>
            throw new TemplateException(TemplateErrorKind.TemplateRuntimeError, "the function 'lipsum' is not supported: its text is random"))),
    ];

    private static readonly Dictionary<string, object?> s_byName = s_all.ToDictionary(function => function.Name, object? (function) => function);

    public static bool TryGet(string name, out object? value) => s_byName.TryGetValue(name, out value);

    private static RangeValue Range(RenderContext context, object? self, BoundArguments a)
    {
        long first = a.Long(context, 0);
        (long start, long stop) = a.Has(1) ? (first, a.Long(context, 1)) : (0, first);
        long step = a.Long(context, 2, 1);
        if (step == 0) throw new TemplateException(TemplateErrorKind.ValueError, "range() arg 3 must not be zero");
        if (RangeValue.CountOf(start, stop, step) > RangeValue.MaxCount)
        {
            throw new TemplateException(
                TemplateErrorKind.OverflowError, $"Range too big. The sandbox blocks ranges larger than MAX_RANGE ({RangeValue.MaxCount}).");
        }

        return new RangeValue(start, stop, step);
    }

    private static object Dict(RenderContext context, object? self, BoundArguments a)
    {
        DictValue dict = new(context.Keys);
        if (a.Has(0)) Fill(context, dict, a[0]);
        foreach ((string key, object? value) in a.Named) dict.Set(key, value);
        return dict;
    }

    private static void Fill(RenderContext context, DictValue dict, object? source)
    {
        if (source is DictValue other)
        {
            context.Step(other.Count);
            for (int i = 0; i < other.Count; i++) dict.Set(other.KeyAt(i), other.ValueAt(i));
            return;
        }

        if (source is Undefined missing) throw missing.Error(context);
        ItemReader pairs = new(context, source);
        for (int i = 0; pairs.TryNext(out object? pair); i++)
        {
            object?[] items = Sequences.ToArray(context, pair);
            if (items.Length != 2)
            {
                throw new TemplateException(TemplateErrorKind.ValueError, $"dictionary update sequence element #{i} has length {items.Length}; 2 is required");
            }

            dict.Set(items[0], items[1]);
        }
    }
}
