using System.Numerics;

namespace Spa.Engine.Text.Templates;

/// <summary>
/// <c>value.name</c> and <c>value[key]</c>. The first prefers attributes, the second items; each falls back to the other, and what
/// neither finds is an undefined. Attributes come from tables of this library alone: no member of a .NET object is reachable.
/// </summary>
internal static class Attributes
{
    /// <summary>Underscored names that every Python object, or every container, has; the sandbox keeps them back.</summary>
    private static readonly HashSet<string> s_internal =
    [
        "__class__", "__delattr__", "__dict__", "__dir__", "__doc__", "__eq__", "__format__", "__ge__", "__getattribute__", "__getstate__",
        "__gt__", "__hash__", "__init__", "__init_subclass__", "__le__", "__lt__", "__ne__", "__new__", "__reduce__", "__reduce_ex__",
        "__repr__", "__setattr__", "__sizeof__", "__str__", "__subclasshook__", "__add__", "__contains__", "__getitem__", "__iter__", "__len__", "__mul__",
    ];

    public static object? Get(RenderContext context, object? owner, string name)
    {
        if (TryOwn(context, owner, name, out object? value)) return value;
        if (owner is DictValue dict && dict.TryGet(name, out value)) return value;
        if (owner is Undefined missing) throw missing.Error(context);
        return Undefined.Member(owner, name);
    }

    public static object? GetItem(RenderContext context, object? owner, object? key)
    {
        if (TryItem(context, owner, key, out object? value)) return value;
        if (key is string or Markup && TryOwn(context, owner, key.ToString()!, out value)) return value;
        return Undefined.Member(owner, key);
    }

    /// <summary>An attribute of the value itself, never an entry.</summary>
    public static bool TryOwn(RenderContext context, object? owner, string name, out object? value)
    {
        if (owner is Undefined missing && !name.StartsWith("__", StringComparison.Ordinal)) throw missing.Error(context);
        if (s_internal.Contains(name))
        {
            value = Undefined.Unsafe(owner, name);
            return true;
        }

        if (MethodTables.Of(owner) is { } methods && methods.TryGet(name, out Builtin? method))
        {
            value = method is null ? Undefined.Unsafe(owner, name) : new BoundMethod(method, owner);
            return true;
        }

        return TryField(owner, name, out value);
    }

    private static bool TryField(object? owner, string name, out object? value)
    {
        value = null;
        switch (owner)
        {
            case NamespaceValue space: return !name.StartsWith('_') && space.Attributes.TryGet(name, out value);
            case LoopValue loop: return loop.TryAttribute(name, out value);
            case TupleValue tuple: return tuple.TryField(name, out value);
            case CyclerValue cycler when name == "current":
                value = cycler.Current;
                return true;
            case RangeValue range when name is "start" or "stop" or "step":
                value = Box.Of(name switch { "start" => range.Start, "stop" => range.Stop, _ => range.Step });
                return true;
            case MacroValue macro: return macro.Definition.TryAttribute(name, out value);
            case long or bool or BigInteger when name is "real" or "numerator":
                value = Arithmetic.Plus(null!, owner);
                return true;
            case double when name == "real":
                value = owner;
                return true;
            case long or bool or BigInteger when name is "imag" or "denominator":
                value = Box.Of(name == "imag" ? 0 : 1);
                return true;
            default: return false;
        }
    }

    private static bool TryItem(RenderContext context, object? owner, object? key, out object? value)
    {
        value = null;
        switch (owner)
        {
            case Undefined missing:
                throw missing.Error(context);
            case DictValue dict:
                return key is not (ListValue or DictValue or DictView { Kind: not DictViewKind.Values }) && dict.TryGet(key, out value);
            case SequenceValue sequence when TryPosition(key, sequence.Count, out int i):
                value = sequence.Items[i];
                return true;
            case string text:
                return TryCharacter(context, text, key, out value);
            case Markup markup when TryCharacter(context, markup.Text, key, out value):
                value = new Markup((string)value!);
                return true;
            case RangeValue range when TryPosition(key, range.Count, out int i):
                value = range.At(i);
                return true;
            case BytesValue bytes when TryPosition(key, bytes.Bytes.Length, out int i):
                value = Box.Of(bytes.Bytes[i]);
                return true;
            default:
                return false;
        }
    }

    private static bool TryCharacter(RenderContext context, string text, object? key, out object? value)
    {
        value = null;
        if (!Integer.Is(key)) return false;
        context.ChargeRead(text);
        if (CodePoints.ArePlain(text))
        {
            if (!TryPosition(key, text.Length, out int plain)) return false;
            value = Box.Character(text[plain]);
            return true;
        }

        if (!TryPosition(key, CodePoints.Count(text), out int i)) return false;
        value = CodePoints.Substring(text, i, i + 1);
        return true;
    }

    /// <summary>An index from the front, or from the back where it is negative.</summary>
    private static bool TryPosition(object? key, int count, out int position)
    {
        if (!Integer.TryIndex(key, out position)) return false;
        if (position < 0) position += count;
        return position >= 0 && position < count;
    }
}
