namespace Spa.Engine.Text.Templates;

/// <summary>
/// The variable <c>loop</c>. It reads one item ahead only when asked for <c>last</c> or <c>nextitem</c>, and all of them only when
/// asked for the length of something that has none, so filters with side effects run when the reference would run them.
/// </summary>
internal sealed class LoopValue : ICallable
{
    private readonly Func<object?, int, object?>? _recurse;
    private readonly ItemReader _items;
    private object? _after = Missing.Value;
    private object? _before;
    private object? _current;
    private object? _lastChanged = Missing.Value;
    private long _length;

    /// <param name="items">What is looped over.</param>
    /// <param name="recurse">Renders the loop's body over other items at a depth; null where the loop is not recursive.</param>
    /// <param name="depth0">How many recursive calls this loop is inside of.</param>
    public LoopValue(ItemReader items, Func<object?, int, object?>? recurse, int depth0)
    {
        _items = items;
        _recurse = recurse;
        Depth0 = depth0;
        _length = items.KnownCount;
    }

    public int Depth0 { get; }

    public long Index0 { get; private set; } = -1;

    public bool MoveNext(out object? item)
    {
        if (_after is not Missing)
        {
            item = _after;
            _after = Missing.Value;
        }
        else if (!_items.TryNext(out item))
        {
            return false;
        }

        Index0++;
        _before = _current;
        _current = item;
        return true;
    }

    public object? Call(RenderContext context, Arguments arguments)
    {
        if (_recurse is null)
        {
            throw new TemplateException(TemplateErrorKind.TypeError, "The loop must have the 'recursive' marker to be called recursively.");
        }

        if (arguments.Positional.Length != 1 || arguments.Named.Length > 0)
        {
            throw new TemplateException(TemplateErrorKind.TypeError, "loop() takes exactly one argument, the items of the inner loop");
        }

        return _recurse(arguments.Positional[0], Depth0 + 1);
    }

    /// <summary>An attribute by its name; false where there is none.</summary>
    public bool TryAttribute(string name, out object? value)
    {
        value = name switch
        {
            "index0" => Box.Of(Index0),
            "index" => Box.Of(Index0 + 1),
            "first" => Box.Of(Index0 == 0),
            "last" => Box.Of(Peek() is Missing),
            "length" => Box.Of(Length),
            "revindex" => Box.Of(Length - Index0),
            "revindex0" => Box.Of(Length - Index0 - 1),
            "previtem" => Index0 == 0 ? Undefined.Because("there is no previous item") : _before,
            "nextitem" => Peek() is Missing ? Undefined.Because("there is no next item") : _after,
            "depth" => Box.Of(Depth0 + 1),
            "depth0" => Box.Of(Depth0),
            _ => Missing.Value,
        };
        return value is not Missing;
    }

    public object? Cycle(object?[] items)
    {
        if (items.Length == 0) throw new TemplateException(TemplateErrorKind.TypeError, "no items for cycling given");
        return items[Index0 % items.Length];
    }

    public bool Changed(RenderContext context, object?[] items)
    {
        TupleValue value = new(items);
        if (_lastChanged is not Missing && Comparison.AreEqual(context, _lastChanged, value)) return false;
        _lastChanged = value;
        return true;
    }

    public override string ToString() => $"<LoopContext {Index0 + 1}/{Length}>";

    public long Length
    {
        get
        {
            if (_length < 0) _length = _items.BufferRest() + Index0 + 1 + (_after is Missing ? 0 : 1);
            return _length;
        }
    }

    private object? Peek()
    {
        if (_after is Missing && _items.TryNext(out object? next)) _after = next;
        return _after;
    }
}
