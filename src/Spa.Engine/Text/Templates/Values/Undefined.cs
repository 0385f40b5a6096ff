namespace Spa.Engine.Text.Templates;

/// <summary>
/// What a missing variable, attribute or element is: it prints nothing, is false, empty and equal to every other undefined; any other
/// use raises the error it carries.
/// </summary>
internal sealed class Undefined
{
    private readonly TemplateErrorKind _kind;
    private readonly string? _hint;
    private readonly object? _owner;
    private readonly object? _key;

    private Undefined(TemplateErrorKind kind, string? hint, object? owner, object? key)
    {
        _kind = kind;
        _hint = hint;
        _owner = owner;
        _key = key;
    }

    public static Undefined Variable(string name) => new(TemplateErrorKind.UndefinedError, $"{Repr.Of(name)} is undefined", null, name);

    public static Undefined Because(string hint) => new(TemplateErrorKind.UndefinedError, hint, null, null);

    /// <summary>No attribute or element <paramref name="key"/> in <paramref name="owner"/>.</summary>
    public static Undefined Member(object? owner, object? key) => new(TemplateErrorKind.UndefinedError, null, owner, key);

    /// <summary>An attribute that exists but that the sandbox keeps back.</summary>
    public static Undefined Unsafe(object? owner, string name) =>
        new(TemplateErrorKind.SecurityError, $"access to attribute {Repr.Of(name)} of {Repr.Of(TypeName.Of(owner))} object is unsafe.", null, name);

    public TemplateException Error(RenderContext context)
    {
        if (_hint is not null) return new TemplateException(_kind, _hint);
        string owner = _owner is null ? "None" : TypeName.Of(_owner) + " object";
        return new TemplateException(_kind, _key is string or Markup
            ? $"{Repr.Of(owner)} has no attribute {Repr.Of(context, _key)}"
            : $"{owner} has no element {Repr.Of(context, _key)}");
    }
}
