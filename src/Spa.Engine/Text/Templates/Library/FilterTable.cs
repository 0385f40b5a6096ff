using System.Diagnostics.CodeAnalysis;

namespace Spa.Engine.Text.Templates;

/// <summary>All filters by name.</summary>
internal static class FilterTable
{
    private static readonly Dictionary<string, Builtin> s_filters = Build();

    public static bool TryGet(string name, [NotNullWhen(true)] out Builtin? filter) => s_filters.TryGetValue(name, out filter);

    /// <exception cref="TemplateException">There is no such filter.</exception>
    public static Builtin Get(object? name) => name is string or Markup && TryGet(name.ToString()!, out Builtin? filter)
        ? filter
        : throw new TemplateException(TemplateErrorKind.TemplateRuntimeError, $"No filter named {(name is string text ? Repr.Of(text) : TypeName.Of(name))}.");

    private static Dictionary<string, Builtin> Build()
    {
        Dictionary<string, Builtin> filters = [];
        Builtin[] all =
        [
            .. TextFilters.All, .. LayoutFilters.All, .. HtmlFilters.All, .. SequenceFilters.All, .. SortFilters.All, .. SelectionFilters.All,
            .. NumberFilters.All, JsonFilter.ToJson,
        ];
        foreach (Builtin filter in all) filters.Add(filter.Name, filter);
        filters.Add("d", filters["default"]);
        filters.Add("e", filters["escape"]);
        filters.Add("count", filters["length"]);
        return filters;
    }
}
