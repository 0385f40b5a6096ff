namespace Spa.Engine.Text.Templates;

/// <summary>Reads the items of anything iterable one after the other, without an enumerator object for the common kinds.</summary>
internal sealed class ItemReader
{
    private readonly RenderContext _context;
    private object? _source;
    private int _position;

    /// <exception cref="TemplateException">The value cannot be iterated.</exception>
    public ItemReader(RenderContext context, object? source)
    {
        _context = context;
        _source = source is Markup markup ? markup.Text : source;
        if (!Sequences.IsIterable(source))
        {
            throw new TemplateException(TemplateErrorKind.TypeError, $"'{TypeName.Of(source)}' object is not iterable");
        }
    }

    /// <summary>How many items there are; -1 where only reading them can tell.</summary>
    public long KnownCount => _source is GeneratorValue or LoopValue or List<object?> ? -1 : Sequences.Length(_source);

    public bool TryNext(out object? item)
    {
        _context.Step();
        switch (_source)
        {
            case SequenceValue sequence when _position < sequence.Count:
                item = sequence.Items[_position++];
                return true;
            case List<object?> buffered when _position < buffered.Count:
                item = buffered[_position++];
                return true;
            case DictValue dict when _position < dict.Count:
                item = dict.KeyAt(_position++);
                return true;
            case DictView view when _position < view.Count:
                item = view.At(_position++);
                return true;
            case RangeValue range when _position < range.Count:
                item = range.At(_position++);
                return true;
            case string text when _position < text.Length:
                int width = CodePoints.WidthAt(text, _position);
                item = width == 1 ? Box.Character(text[_position]) : text.Substring(_position, width);
                _position += width;
                return true;
            case BytesValue bytes when _position < bytes.Bytes.Length:
                item = Box.Of(bytes.Bytes[_position++]);
                return true;
            case GeneratorValue generator:
                return generator.TryNext(out item);
            case LoopValue loop when loop.MoveNext(out object? inner):
                item = new TupleValue([inner, loop]);
                return true;
            default:
                item = null;
                return false;
        }
    }

    /// <summary>Reads everything that is left into memory and returns how much that was.</summary>
    public int BufferRest()
    {
        List<object?> rest = [];
        while (TryNext(out object? item)) rest.Add(item);
        _source = rest;
        _position = 0;
        return rest.Count;
    }
}
