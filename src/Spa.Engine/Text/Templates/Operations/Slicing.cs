namespace Spa.Engine.Text.Templates;

/// <summary>Slices <c>value[start:stop:step]</c>.</summary>
internal static class Slicing
{
    public static object? Apply(RenderContext context, object? value, SliceValue slice)
    {
        switch (value)
        {
            case string text: return Text(context, text, slice);
            case Markup markup: return new Markup(Text(context, markup.Text, slice));
            case SequenceValue sequence: return sequence.With(Pick(context, sequence.Items, slice));
            case BytesValue bytes: return new BytesValue(Pick(context, bytes.Bytes, slice));
            case RangeValue range: return Range(range, slice);
            case Undefined missing: throw missing.Error(context);
            case DictValue: throw new TemplateException(TemplateErrorKind.TypeError, "unhashable type: 'slice'");
            default: throw new TemplateException(TemplateErrorKind.TypeError, $"'{TypeName.Of(value)}' object is not subscriptable");
        }
    }

    private static string Text(RenderContext context, string text, SliceValue slice)
    {
        context.ChargeRead(text);
        (int start, int count, long step) = Resolve(context, slice, CodePoints.Count(text));
        context.ChargeLength(step == 1 ? count : text.Length);
        if (step == 1) return CodePoints.Substring(text, start, start + count);
        if (count == 0) return "";
        int[] points = CodePoints.ToArray(text);
        System.Text.StringBuilder picked = new(count);
        for (int i = 0; i < count; i++) picked.Append(CodePoints.ToText(points[start + i * step]));
        return picked.ToString();
    }

    private static T[] Pick<T>(RenderContext context, T[] items, SliceValue slice)
    {
        (int start, int count, long step) = Resolve(context, slice, items.Length);
        context.Step(count);
        if (step == 1) return items[start..(start + count)];
        T[] picked = new T[count];
        for (int i = 0; i < count; i++) picked[i] = items[start + i * step];
        return picked;
    }

    private static RangeValue Range(RangeValue range, SliceValue slice)
    {
        (int start, int count, long step) = Resolve(null, slice, range.Count);
        Int128 first = range.Start + (Int128)start * range.Step;
        Int128 stride = (Int128)range.Step * step;
        Int128 end = first + count * stride;
        if (!FitsLong(first) || !FitsLong(stride) || !FitsLong(end))
        {
            throw new TemplateException(TemplateErrorKind.OverflowError, "a range of integers of more than 64 bits");
        }

        return new RangeValue((long)first, (long)end, (long)stride);
    }

    private static bool FitsLong(Int128 value) => value >= long.MinValue && value <= long.MaxValue;

    /// <summary>First index, number of items, and step, for a value of <paramref name="length"/> items.</summary>
    private static (int Start, int Count, long Step) Resolve(RenderContext? context, SliceValue slice, int length)
    {
        int step = slice.Step is null ? 1 : Bound(context, slice.Step);
        if (step == 0) throw new TemplateException(TemplateErrorKind.ValueError, "slice step cannot be zero");
        bool forward = step > 0;
        int start = slice.Start is null ? (forward ? 0 : length - 1) : Clamp(Bound(context, slice.Start), length, forward);
        int stop = slice.Stop is null ? (forward ? length : -1) : Clamp(Bound(context, slice.Stop), length, forward);
        long distance = forward ? (long)stop - start : (long)start - stop;
        int count = distance <= 0 ? 0 : (int)((distance - 1) / Math.Abs((long)step) + 1);
        return (count == 0 ? 0 : start, count, step);
    }

    private static int Clamp(int index, int length, bool forward)
    {
        if (index < 0) index = Math.Max(index + length, forward ? 0 : -1);
        return Math.Min(index, forward ? length : length - 1);
    }

    private static int Bound(RenderContext? context, object? value)
    {
        if (Integer.TryIndex(value, out int index)) return index;
        if (value is Undefined missing && context is not null) throw missing.Error(context);
        throw new TemplateException(TemplateErrorKind.TypeError, "slice indices must be integers or None or have an __index__ method");
    }
}
