namespace Spa.Engine.Text.Templates;

/// <summary>A Python tuple; <paramref name="fields"/> names its items where it is a named one, as the groups of <c>groupby</c> are.</summary>
internal sealed class TupleValue(object?[] items, string[]? fields = null) : SequenceValue(items)
{
    public static readonly TupleValue Empty = new([]);

    public override SequenceValue With(object?[] items) => new TupleValue(items);

    public bool TryField(string name, out object? value)
    {
        int index = fields is null ? -1 : Array.IndexOf(fields, name);
        value = index < 0 ? null : Items[index];
        return index >= 0;
    }
}
