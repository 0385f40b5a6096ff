namespace Spa.Engine.Text.Templates;

/// <summary>The one value whose attributes a template can set.</summary>
internal sealed class NamespaceValue(DictValue attributes)
{
    public DictValue Attributes { get; } = attributes;

    public void Set(string name, object? value)
    {
        RequirePublic(name);
        Attributes.Set(name, value);
    }

    public static void RequirePublic(object? name)
    {
        if (name is string text && text.StartsWith('_'))
        {
            throw new TemplateException(
                TemplateErrorKind.SecurityError,
                $"Chat templates cannot store underscore-prefixed attributes on a namespace, but got {Repr.Of(text)}. Please rename the attribute.");
        }
    }
}
