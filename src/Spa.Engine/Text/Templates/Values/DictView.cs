namespace Spa.Engine.Text.Templates;

/// <summary>What <c>keys()</c>, <c>values()</c> and <c>items()</c> of a dictionary return.</summary>
internal sealed class DictView(DictValue dict, DictViewKind kind)
{
    public DictValue Dict { get; } = dict;

    public DictViewKind Kind { get; } = kind;

    public int Count => Dict.Count;

    public object? At(int i) => Kind switch
    {
        DictViewKind.Keys => Dict.KeyAt(i),
        DictViewKind.Values => Dict.ValueAt(i),
        _ => Dict.ItemAt(i),
    };
}
