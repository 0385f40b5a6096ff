namespace Spa.Engine.Text.Templates;

/// <summary>Filters that map or select items by another filter, a test or an attribute. All are computed while they are read.</summary>
internal static class SelectionFilters
{
    public static readonly Builtin[] All =
    [
        new("map", "*args **kwargs", (context, value, a) => new GeneratorValue("sync_do_map", value, Map(context, value, new Arguments(a.Rest, a.Named)))),
        Select("select", byAttribute: false, wanted: true),
        Select("reject", byAttribute: false, wanted: false),
        Select("selectattr", byAttribute: true, wanted: true),
        Select("rejectattr", byAttribute: true, wanted: false),
    ];

    private static Builtin Select(string name, bool byAttribute, bool wanted) => new(name, "*args **kwargs", (context, value, a) =>
        new GeneratorValue("select_or_reject", value, Select(context, value, new Arguments(a.Rest, a.Named), byAttribute, wanted)));

    private static IEnumerable<object?> Map(RenderContext context, object? value, Arguments arguments)
    {
        if (!Truth.Of(value)) yield break;
        Func<object?, object?> map = Mapping(context, arguments);
        ItemReader items = new(context, value);
        while (items.TryNext(out object? item))
        {
            context.CheckStack();
            yield return map(item);
        }
    }

    private static Func<object?, object?> Mapping(RenderContext context, Arguments arguments)
    {
        if (arguments.Positional.Length > 0)
        {
            Builtin filter = FilterTable.Get(arguments.Positional[0]);
            Arguments rest = arguments.Rest(1);
            return item => filter.Invoke(context, item, rest);
        }

        if (!arguments.TryNamed("attribute", out object? attribute)) throw Fail("map requires a filter argument");
        foreach ((string key, _) in arguments.Named)
        {
            if (key is not ("attribute" or "default")) throw Fail($"Unexpected keyword argument {Repr.Of(key)}");
        }

        arguments.TryNamed("default", out object? fallback);
        AttributePath path = new(attribute);
        return item => path.Get(context, item, fallback);
    }

    private static IEnumerable<object?> Select(RenderContext context, object? value, Arguments arguments, bool byAttribute, bool wanted)
    {
        if (!Truth.Of(value)) yield break;
        if (byAttribute && arguments.Positional.Length == 0) throw Fail("Missing parameter for attribute name");
        AttributePath path = new(byAttribute ? arguments.Positional[0] : null);
        Arguments rest = byAttribute ? arguments.Rest(1) : arguments;
        Builtin? test = rest.Positional.Length > 0 ? TestTable.Get(rest.Positional[0]) : null;
        if (test is not null) rest = rest.Rest(1);
        ItemReader items = new(context, value);
        while (items.TryNext(out object? item))
        {
            context.CheckStack();
            object? subject = path.Get(context, item);
            if (Truth.Of(test is null ? subject : test.Invoke(context, subject, rest)) == wanted) yield return item;
        }
    }

    private static TemplateException Fail(string reason) => new(TemplateErrorKind.FilterArgumentError, reason);
}
