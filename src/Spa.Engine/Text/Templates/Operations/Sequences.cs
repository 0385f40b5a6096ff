using System.Numerics;

namespace Spa.Engine.Text.Templates;

/// <summary>Length, membership, iteration, concatenation and repetition of whatever has items.</summary>
internal static class Sequences
{
    public static bool IsIterable(object? value) =>
        value is string or SequenceValue or DictValue or DictView or RangeValue or GeneratorValue or Undefined or Markup or LoopValue or BytesValue;

    /// <summary>Number of items; -1 for what has no length.</summary>
    public static long Length(object? value) => value switch
    {
        string text => CodePoints.Count(text),
        Markup markup => CodePoints.Count(markup.Text),
        SequenceValue sequence => sequence.Count,
        DictValue dict => dict.Count,
        DictView view => view.Count,
        RangeValue range => range.Count,
        BytesValue bytes => bytes.Bytes.Length,
        LoopValue loop => loop.Length,
        Undefined => 0,
        _ => -1,
    };

    public static object?[] ToArray(RenderContext context, object? value)
    {
        if (value is SequenceValue sequence)
        {
            context.Step(sequence.Count);
            return sequence.Items;
        }

        List<object?> items = [];
        ItemReader reader = new(context, value);
        while (reader.TryNext(out object? item)) items.Add(item);
        return [.. items];
    }

    public static bool Contains(RenderContext context, object? container, object? item)
    {
        switch (container)
        {
            case string or Markup:
                if (item is not (string or Markup))
                {
                    throw new TemplateException(TemplateErrorKind.TypeError, $"'in <string>' requires string as left operand, not {TypeName.Of(item)}");
                }

                string text = container.ToString()!;
                context.ChargeSearch(text, item.ToString()!);
                return text.Contains(item.ToString()!, StringComparison.Ordinal);
            case DictValue dict:
                return dict.TryGet(item, out _);
            case DictView { Kind: DictViewKind.Keys } keys:
                return keys.Dict.TryGet(item, out _);
        }

        if (!IsIterable(container))
        {
            throw new TemplateException(TemplateErrorKind.TypeError, $"argument of type '{TypeName.Of(container)}' is not iterable");
        }

        ItemReader reader = new(context, container);
        while (reader.TryNext(out object? candidate))
        {
            if (ReferenceEquals(candidate, item) || Comparison.AreEqual(context, candidate, item)) return true;
        }

        return false;
    }

    /// <summary><c>+</c>, <c>*</c> and <c>%</c> where an operand is a string or a sequence; false where they do not apply.</summary>
    public static bool TryOperator(RenderContext context, BinaryOperator op, object? left, object? right, out object? result)
    {
        result = op switch
        {
            BinaryOperator.Add => Add(context, left, right),
            BinaryOperator.Multiply => Repeat(context, left, right) ?? Repeat(context, right, left),
            BinaryOperator.Modulo when left is string format => context.Charge(PercentFormat.Apply(context, format, right)),
            BinaryOperator.Modulo when left is Markup format => new Markup(context.Charge(PercentFormat.Apply(context, format.Text, right, escape: true))),
            _ => null,
        };
        return result is not null;
    }

    private static object? Add(RenderContext context, object? left, object? right)
    {
        switch (left, right)
        {
            case (string a, string b):
                context.ChargeLength((long)a.Length + b.Length);
                return a + b;
            case (Markup or string, Markup or string):
                return new Markup(context.Charge(Markup.Escape(context, left).Text + Markup.Escape(context, right).Text));
            case (SequenceValue a, SequenceValue b) when a.GetType() == b.GetType():
                RequireCount(context, (long)a.Count + b.Count);
                return a.With([.. a.Items, .. b.Items]);
            case (BytesValue a, BytesValue b):
                context.ChargeLength((long)a.Bytes.Length + b.Bytes.Length);
                return new BytesValue([.. a.Bytes, .. b.Bytes]);
            default:
                return null;
        }
    }

    private static object? Repeat(RenderContext context, object? value, object? times)
    {
        if (value is not (string or Markup or SequenceValue or BytesValue) || !Integer.TryBig(times, out BigInteger exact)) return null;
        long count = exact.Sign <= 0 ? 0 : (long)BigInteger.Min(exact, int.MaxValue);
        if (value is SequenceValue sequence)
        {
            RequireCount(context, sequence.Count * count);
            return sequence.With([.. Enumerable.Repeat(sequence.Items, sequence.Count == 0 ? 0 : (int)count).SelectMany(items => items)]);
        }

        if (value is BytesValue bytes)
        {
            context.ChargeLength(bytes.Bytes.Length * count);
            return new BytesValue([.. Enumerable.Repeat(bytes.Bytes, bytes.Bytes.Length == 0 ? 0 : (int)count).SelectMany(b => b)]);
        }

        string text = value.ToString()!;
        context.ChargeLength(text.Length * count);
        string repeated = text.Length == 0 ? "" : string.Create((int)(text.Length * count), text, static (span, unit) =>
        {
            for (int at = 0; at < span.Length; at += unit.Length) unit.CopyTo(span[at..]);
        });
        return value is Markup ? new Markup(repeated) : repeated;
    }

    private static void RequireCount(RenderContext context, long count)
    {
        if (count > context.Limits.MaxTextLength)
        {
            throw new TemplateException(TemplateErrorKind.LimitExceeded, $"a list of {count} items, of at most {context.Limits.MaxTextLength}");
        }

        context.Step(count);
    }
}
