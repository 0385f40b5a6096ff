using System.Numerics;

namespace Spa.Engine.Text.Templates;

/// <summary>Equality and order as Python has them.</summary>
internal static class Comparison
{
    public static bool AreEqual(RenderContext context, object? left, object? right)
    {
        context.Step();
        if (ReferenceEquals(left, right)) return left is not double same || !double.IsNaN(same);
        switch (left, right)
        {
            case (null, _) or (_, null): return false;
            case (string a, string b):
                if (a.Length != b.Length) return false;
                context.ChargeCompare(a.Length);
                return a == b;
            case (string or Markup, string or Markup): return AreEqual(context, left.ToString(), right.ToString());
            case (Undefined, Undefined): return true;
            case (ListValue a, ListValue b): return ItemsEqual(context, a, b);
            case (TupleValue a, TupleValue b): return ItemsEqual(context, a, b);
            case (DictValue a, DictValue b): return EntriesEqual(context, a, b);
            case (DictView a, DictView b): return ViewsEqual(context, a, b);
            case (RangeValue a, RangeValue b): return RangesEqual(a, b);
            case (BytesValue a, BytesValue b):
                context.ChargeCompare(a.Bytes.Length);
                return a.Bytes.AsSpan().SequenceEqual(b.Bytes);
            case (SliceValue a, SliceValue b): return a == b;
            default: return IsNumber(left) && IsNumber(right) && CompareNumbers(context, left, right) == 0;
        }
    }

    /// <summary>Negative, zero or positive; null for a comparison with NaN, which no order holds for.</summary>
    /// <param name="context">The rendering.</param>
    /// <param name="left">The left operand.</param>
    /// <param name="right">The right operand.</param>
    /// <param name="symbol">The operator, for the error.</param>
    /// <exception cref="TemplateException">The two have no order.</exception>
    public static int? Order(RenderContext context, object? left, object? right, string symbol)
    {
        context.Step();
        if (left is string or Markup && right is string or Markup)
        {
            context.ChargeCompare(left.ToString()!.Length);
            return OrderText(left.ToString()!, right.ToString()!);
        }

        if (IsNumber(left) && IsNumber(right)) return CompareNumbers(context, left!, right!);
        if (left is SequenceValue a && right is SequenceValue b && a.GetType() == b.GetType()) return OrderItems(context, a, b, symbol);
        if (left is BytesValue x && right is BytesValue y)
        {
            context.ChargeCompare(x.Bytes.Length);
            return x.Bytes.AsSpan().SequenceCompareTo(y.Bytes);
        }

        if (left is Undefined missing) throw missing.Error(context);
        if (right is Undefined missingRight) throw missingRight.Error(context);
        throw new TemplateException(
            TemplateErrorKind.TypeError, $"'{symbol}' not supported between instances of '{TypeName.Of(left)}' and '{TypeName.Of(right)}'");
    }

    public static bool Holds(RenderContext context, CompareOperator op, object? left, object? right) => op switch
    {
        CompareOperator.Equal => AreEqual(context, left, right),
        CompareOperator.NotEqual => !AreEqual(context, left, right),
        CompareOperator.Less => Order(context, left, right, "<") < 0,
        CompareOperator.LessEqual => Order(context, left, right, "<=") <= 0,
        CompareOperator.Greater => Order(context, left, right, ">") > 0,
        CompareOperator.GreaterEqual => Order(context, left, right, ">=") >= 0,
        CompareOperator.In => Sequences.Contains(context, right, left),
        _ => !Sequences.Contains(context, right, left),
    };

    /// <summary>Strings are ordered by code points; UTF-16 units differ from that where a surrogate meets U+E000 to U+FFFF.</summary>
    public static int OrderText(string left, string right)
    {
        int common = left.AsSpan().CommonPrefixLength(right);
        if (common == left.Length || common == right.Length) return left.Length.CompareTo(right.Length);
        char a = left[common];
        char b = right[common];
        return char.IsSurrogate(a) == char.IsSurrogate(b) ? a.CompareTo(b) : char.IsSurrogate(a) ? 1 : -1;
    }

    private static bool IsNumber(object? value) => value is double || Integer.Is(value);

    private static int? CompareNumbers(RenderContext context, object left, object right)
    {
        if (left is double a && right is double b) return double.IsNaN(a) || double.IsNaN(b) ? null : a.CompareTo(b);
        if (left is double x) return CompareMixed(right, x) is int order ? -order : null;
        if (right is double y) return CompareMixed(left, y);
        if (Integer.TryLong(left, out long p) && Integer.TryLong(right, out long q)) return p.CompareTo(q);
        Integer.TryBig(left, out BigInteger m);
        Integer.TryBig(right, out BigInteger n);
        context.ChargeCompare(m.GetBitLength() / 16);
        return m.CompareTo(n);
    }

    /// <summary>An integer against a float, exactly: the float is never rounded to, nor the integer rounded away.</summary>
    private static int? CompareMixed(object integer, double number)
    {
        if (double.IsNaN(number)) return null;
        if (double.IsInfinity(number)) return number > 0 ? -1 : 1;
        Integer.TryBig(integer, out BigInteger exact);
        double floor = Math.Floor(number);
        int order = exact.CompareTo(new BigInteger(floor));
        return order == 0 && number > floor ? -1 : order;
    }

    private static bool ItemsEqual(RenderContext context, SequenceValue left, SequenceValue right)
    {
        if (left.Count != right.Count) return false;
        context.CheckStack();
        for (int i = 0; i < left.Count; i++)
        {
            if (!IsSame(context, left.Items[i], right.Items[i])) return false;
        }

        return true;
    }

    private static bool EntriesEqual(RenderContext context, DictValue left, DictValue right)
    {
        if (left.Count != right.Count) return false;
        context.CheckStack();
        for (int i = 0; i < left.Count; i++)
        {
            if (!right.TryGet(left.KeyAt(i), out object? other) || !IsSame(context, left.ValueAt(i), other)) return false;
        }

        return true;
    }

    /// <summary>Views of keys and items are sets; views of values are equal to themselves only.</summary>
    private static bool ViewsEqual(RenderContext context, DictView left, DictView right)
    {
        if (left.Kind == DictViewKind.Values || right.Kind != left.Kind || left.Count != right.Count) return false;
        if (left.Kind == DictViewKind.Items) return EntriesEqual(context, left.Dict, right.Dict);
        foreach (object? key in left.Dict.Keys)
        {
            if (!right.Dict.TryGet(key, out _)) return false;
        }

        return true;
    }

    private static bool RangesEqual(RangeValue left, RangeValue right)
    {
        if (left.Count != right.Count) return false;
        return left.Count == 0 || (left.Start == right.Start && (left.Count == 1 || left.Step == right.Step));
    }

    private static int? OrderItems(RenderContext context, SequenceValue left, SequenceValue right, string symbol)
    {
        context.CheckStack();
        int common = Math.Min(left.Count, right.Count);
        for (int i = 0; i < common; i++)
        {
            if (!IsSame(context, left.Items[i], right.Items[i])) return Order(context, left.Items[i], right.Items[i], symbol);
        }

        return left.Count.CompareTo(right.Count);
    }

    /// <summary>Inside containers one and the same object is equal to itself, even NaN.</summary>
    private static bool IsSame(RenderContext context, object? left, object? right) =>
        ReferenceEquals(left, right) || AreEqual(context, left, right);
}
