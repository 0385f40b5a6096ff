using System.Numerics;
using System.Runtime.CompilerServices;

namespace Spa.Engine.Text.Templates;

/// <summary>Equality and hash of dictionary keys as Python has them: 1, 1.0 and true are one key; lists and dictionaries are none.</summary>
internal sealed class KeyComparer(RenderContext context) : IEqualityComparer<object?>
{
    bool IEqualityComparer<object?>.Equals(object? x, object? y) => Equals(x, y);

    public new bool Equals(object? x, object? y) => Comparison.AreEqual(context, x, y);

    public int GetHashCode(object? obj)
    {
        context.Step();
        switch (obj)
        {
            case null: return 0;
            case string text:
                context.ChargeScan(text.Length);
                return text.GetHashCode();
            case Markup markup: return GetHashCode(markup.Text);
            case bool flag: return flag ? 1 : 0;
            case long integer: return integer.GetHashCode();
            case BigInteger integer: return HashOf((double)integer);
            case double number: return HashOf(number);
            case TupleValue tuple: return HashOf(tuple);
            case Undefined: return 1;
            case ListValue or DictValue or DictView { Kind: not DictViewKind.Values }: throw Unhashable(obj);
            default: return RuntimeHelpers.GetHashCode(obj);
        }
    }

    /// <summary>Equality of two string keys.</summary>
    public bool Equals(string x, string y)
    {
        if (x.Length != y.Length) return false;
        context.ChargeCompare(x.Length);
        return x == y;
    }

    /// <exception cref="TemplateException">The value cannot be a key.</exception>
    public void RequireHashable(object? key)
    {
        if (key is ListValue or DictValue or DictView { Kind: not DictViewKind.Values }) throw Unhashable(key);
        if (key is TupleValue) GetHashCode(key);
    }

    private int HashOf(TupleValue tuple)
    {
        context.CheckStack();
        HashCode hash = default;
        foreach (object? item in tuple.Items) hash.Add(GetHashCode(item));
        return hash.ToHashCode();
    }

    /// <summary>A float that is a whole number hashes like that number.</summary>
    private static int HashOf(double number) =>
        Math.Abs(number) < 9e18 && Math.Truncate(number) == number ? ((long)number).GetHashCode() : number.GetHashCode();

    private static TemplateException Unhashable(object key) => new(TemplateErrorKind.TypeError, $"unhashable type: '{TypeName.Of(key)}'");
}
