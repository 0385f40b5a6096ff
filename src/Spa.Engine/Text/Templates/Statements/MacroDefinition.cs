namespace Spa.Engine.Text.Templates;

/// <summary>The signature and body of a macro, or of a call block, which has no name.</summary>
internal sealed class MacroDefinition
{
    public required string? Name { get; init; }

    public required string[] Parameters { get; init; }

    /// <summary>Defaults of the last parameters.</summary>
    public required Expression[] Defaults { get; init; }

    public required BlockBody Body { get; init; }

    /// <summary>Whether the body mentions <c>caller</c>, and so may be used by a call block.</summary>
    public required bool UsesCaller { get; init; }

    /// <summary>Whether the body mentions <c>kwargs</c>, and so takes any keyword argument.</summary>
    public required bool UsesKwargs { get; init; }

    /// <summary>Whether the body mentions <c>varargs</c>, and so takes any number of positional arguments.</summary>
    public required bool UsesVarargs { get; init; }

    public bool TryAttribute(string attribute, out object? value)
    {
        value = attribute switch
        {
            "name" => Name,
            "arguments" => new TupleValue([.. Parameters]),
            "catch_kwargs" => Box.Of(UsesKwargs),
            "catch_varargs" => Box.Of(UsesVarargs),
            "caller" => Box.Of(UsesCaller),
            "explicit_caller" => Box.Of(Parameters.Contains("caller")),
            _ => Missing.Value,
        };
        return value is not Missing;
    }
}
