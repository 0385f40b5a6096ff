namespace Spa.Engine.Text.Templates;

/// <summary>The argument <c>attribute</c> of filters: a name or an index, several with dots between them.</summary>
internal sealed class AttributePath
{
    private readonly object?[] _parts;

    /// <param name="attribute">A string, an integer, or none for the item itself.</param>
    public AttributePath(object? attribute)
    {
        _parts = attribute switch
        {
            null => [],
            string or Markup => [.. attribute.ToString()!.Split('.').Select(Part)],
            _ => [attribute],
        };
    }

    /// <summary>Looks the path up; wherever a step finds nothing, <paramref name="fallback"/> takes its place if it is not none.</summary>
    public object? Get(RenderContext context, object? item, object? fallback = null)
    {
        foreach (object? part in _parts)
        {
            context.Step();
            item = Attributes.GetItem(context, item, part);
            if (fallback is not null && item is Undefined) item = fallback;
        }

        return item;
    }

    private static object Part(string text) => text.Length is > 0 and < 10 && text.All(char.IsAsciiDigit) ? Box.Of(long.Parse(text)) : text;
}
