namespace Spa.Engine.Text.Templates;

/// <summary>Hands out its items in turn.</summary>
internal sealed class CyclerValue(object?[] items)
{
    private int _position;

    public object? Current => items[_position];

    public object? Next()
    {
        object? value = Current;
        _position = (_position + 1) % items.Length;
        return value;
    }

    public void Reset() => _position = 0;
}
