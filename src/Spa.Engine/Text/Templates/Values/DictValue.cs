namespace Spa.Engine.Text.Templates;

/// <summary>
/// A Python dict: keys keep the order in which they came. Few keys are searched one by one, which is how the small objects of a chat
/// are read fastest; from <see cref="IndexFrom"/> keys on there is a hash index.
/// </summary>
internal sealed class DictValue(KeyComparer comparer, int capacity = 4)
{
    private const int IndexFrom = 9;

    /// <summary>A dictionary's key may be none, a .NET dictionary's may not.</summary>
    private static readonly object s_noneKey = new();

    private object?[] _keys = new object?[capacity];
    private object?[] _values = new object?[capacity];
    private Dictionary<object, int>? _index;

    public int Count { get; private set; }

    public ReadOnlySpan<object?> Keys => _keys.AsSpan(0, Count);

    public ReadOnlySpan<object?> Values => _values.AsSpan(0, Count);

    public object? KeyAt(int i) => _keys[i];

    public object? ValueAt(int i) => _values[i];

    public TupleValue ItemAt(int i) => new([_keys[i], _values[i]]);

    /// <exception cref="TemplateException">The key is a list or a dictionary.</exception>
    public bool TryGet(object? key, out object? value)
    {
        int at = Find(key);
        value = at < 0 ? null : _values[at];
        return at >= 0;
    }

    /// <summary>Replaces the value of a key that is there, which keeps its place and its spelling, or adds it at the end.</summary>
    public void Set(object? key, object? value)
    {
        int at = Find(key);
        if (at >= 0)
        {
            _values[at] = value;
            return;
        }

        if (Count == _keys.Length)
        {
            int size = Math.Max(4, Count * 2);
            Array.Resize(ref _keys, size);
            Array.Resize(ref _values, size);
        }

        _keys[Count] = key;
        _values[Count] = value;
        _index?.Add(key ?? s_noneKey, Count);
        if (++Count == IndexFrom) BuildIndex();
    }

    public DictValue Copy()
    {
        DictValue copy = new(comparer, Math.Max(4, Count));
        for (int i = 0; i < Count; i++) copy.Set(_keys[i], _values[i]);
        return copy;
    }

    private void BuildIndex()
    {
        _index = new Dictionary<object, int>(Count * 2, comparer);
        for (int i = 0; i < Count; i++) _index.Add(_keys[i] ?? s_noneKey, i);
    }

    private int Find(object? key)
    {
        if (_index is not null) return _index.TryGetValue(key ?? s_noneKey, out int at) ? at : -1;
        if (key is string text)
        {
            for (int i = 0; i < Count; i++)
            {
                if (_keys[i] is string other ? comparer.Equals(other, text) : comparer.Equals(_keys[i], key)) return i;
            }

            return -1;
        }

        comparer.RequireHashable(key);
        for (int i = 0; i < Count; i++)
        {
            if (comparer.Equals(_keys[i], key)) return i;
        }

        return -1;
    }
}
