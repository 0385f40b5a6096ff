using System.Numerics;

namespace Spa.Engine.Text.Templates;

/// <summary>Arguments in the order of their parameters, and ways to read them as what they must be.</summary>
internal readonly struct BoundArguments(string function, object?[] values, object?[] rest, KeyValuePair<string, object?>[] named)
{
    /// <summary>Positional arguments beyond the parameters.</summary>
    public object?[] Rest => rest;

    /// <summary>Keyword arguments beyond the parameters.</summary>
    public KeyValuePair<string, object?>[] Named => named;

    public object? this[int i] => values[i];

    public bool Has(int i) => values[i] is not Missing;

    /// <summary>An argument that may be left out.</summary>
    public object? Or(int i, object? fallback) => Has(i) ? values[i] : fallback;

    public bool Flag(int i, bool fallback = false) => Has(i) ? Truth.Of(values[i]) : fallback;

    public string Text(RenderContext context, int i) => values[i] switch
    {
        string text => text,
        Markup markup => markup.Text,
        Undefined missing => throw missing.Error(context),
        _ => throw Wrong(i, "str"),
    };

    /// <summary>A string; null for none and for an argument left out.</summary>
    public string? TextOrNull(RenderContext context, int i) => Has(i) && values[i] is not null ? Text(context, i) : null;

    public int Int(RenderContext context, int i, int fallback = 0)
    {
        if (!Has(i)) return fallback;
        if (values[i] is Undefined missing) throw missing.Error(context);
        return Integer.TryIndex(values[i], out int number) ? number : throw Wrong(i, "int");
    }

    /// <summary>An integer that must fit 64 bits.</summary>
    public long Long(RenderContext context, int i, long fallback = 0)
    {
        if (!Has(i)) return fallback;
        if (values[i] is Undefined missing) throw missing.Error(context);
        if (values[i] is BigInteger) throw new TemplateException(TemplateErrorKind.OverflowError, $"{function}() got an integer of more than 64 bits");
        return Integer.TryLong(values[i], out long number) ? number : throw Wrong(i, "int");
    }

    private TemplateException Wrong(int i, string wanted) =>
        new(TemplateErrorKind.TypeError, $"{function}() argument {i + 1} must be {wanted}, not {TypeName.Of(values[i])}");
}
