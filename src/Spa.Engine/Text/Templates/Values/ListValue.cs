namespace Spa.Engine.Text.Templates;

/// <summary>A Python list.</summary>
internal sealed class ListValue(object?[] items) : SequenceValue(items)
{
    public static readonly ListValue Empty = new([]);

    public override SequenceValue With(object?[] items) => new ListValue(items);
}
