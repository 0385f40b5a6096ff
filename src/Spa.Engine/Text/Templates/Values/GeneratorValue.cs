namespace Spa.Engine.Text.Templates;

/// <summary>
/// A sequence that is computed while it is read and can be read once: what <c>map</c>, <c>select</c> and their like return. Generators
/// can read from generators; <see cref="Depth"/> counts how many, because each is a stack frame.
/// </summary>
internal sealed class GeneratorValue
{
    private const int MaxDepth = 200;
    private readonly string _name;
    private readonly IEnumerator<object?> _items;
    private bool _running;

    /// <param name="name">How the value prints: <c>&lt;generator object NAME&gt;</c>.</param>
    /// <param name="source">What the items are made from; only its depth is read.</param>
    /// <param name="items">The computation.</param>
    public GeneratorValue(string name, object? source, IEnumerable<object?> items)
    {
        Depth = source is GeneratorValue inner ? inner.Depth + 1 : 1;
        if (Depth > MaxDepth) throw new TemplateException(TemplateErrorKind.RecursionError, $"more than {MaxDepth} filters that read from each other");
        _name = name;
        _items = items.GetEnumerator();
    }

    public int Depth { get; }

    public bool TryNext(out object? value)
    {
        if (_running) throw new TemplateException(TemplateErrorKind.ValueError, "generator already executing");
        _running = true;
        try
        {
            bool more = _items.MoveNext();
            value = more ? _items.Current : null;
            return more;
        }
        finally
        {
            _running = false;
        }
    }

    public override string ToString() => $"<generator object {_name}>";
}
