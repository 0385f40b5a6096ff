namespace Spa.Engine.Text.Templates;

/// <summary>
/// The variables of one block. Reading looks outwards, writing stays inside. Inner scopes hold a handful of names and search them by
/// reference, which works because the parser makes every name one object; the outermost holds the context in a dictionary.
/// </summary>
internal sealed class Scope
{
    /// <summary>From this many names on they are looked up by hash.</summary>
    private const int IndexFrom = 16;

    private readonly Scope? _parent;
    private readonly Dictionary<string, object?>? _variables;
    private string[] _names = [];
    private object?[] _values = [];
    private Dictionary<string, int>? _index;
    private int _count;

    public Scope(Scope parent)
    {
        _parent = parent;
        Depth = parent.Depth + 1;
    }

    public Scope(Dictionary<string, object?> variables) => _variables = variables;

    /// <summary>How many scopes are around this one.</summary>
    public int Depth { get; }

    public void Set(string name, object? value)
    {
        if (_variables is not null)
        {
            _variables[name] = value;
            return;
        }

        int at = Find(name);
        if (at < 0)
        {
            if (_count == _names.Length)
            {
                Array.Resize(ref _names, Math.Max(4, _count * 2));
                Array.Resize(ref _values, _names.Length);
            }

            at = _count++;
            _names[at] = name;
            _index?.Add(name, at);
            if (_count == IndexFrom) BuildIndex();
        }

        _values[at] = value;
    }

    public bool TryGet(string name, out object? value)
    {
        for (Scope? scope = this; scope is not null; scope = scope._parent)
        {
            if (scope._variables is not null) return scope._variables.TryGetValue(name, out value);
            int at = scope.Find(name);
            if (at < 0) continue;
            value = scope._values[at];
            return true;
        }

        value = null;
        return false;
    }

    /// <summary>Whether this scope itself holds a parameter that got no argument.</summary>
    public bool IsMissing(string name) => Find(name) is int at and >= 0 && _values[at] is Missing;

    private void BuildIndex()
    {
        _index = new Dictionary<string, int>(2 * _count, ReferenceEqualityComparer.Instance);
        for (int i = 0; i < _count; i++) _index.Add(_names[i], i);
    }

    private int Find(string name)
    {
        if (_index is not null) return _index.TryGetValue(name, out int at) ? at : -1;
        for (int i = 0; i < _count; i++)
        {
            if (ReferenceEquals(_names[i], name)) return i;
        }

        return -1;
    }
}
