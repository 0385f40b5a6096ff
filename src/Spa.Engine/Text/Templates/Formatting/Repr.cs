using System.Globalization;
using System.Numerics;
using System.Text;

namespace Spa.Engine.Text.Templates;

/// <summary>Python's <c>repr</c>.</summary>
internal static class Repr
{
    /// <summary>An escaped character takes up to ten, so a long string is measured on the way.</summary>
    private const int CharactersPerCheck = 4096;

    /// <summary>A string in quotes, with escapes.</summary>
    public static string Of(string text)
    {
        StringBuilder result = new(text.Length + 2);
        AppendQuoted(null, result, text);
        return result.ToString();
    }

    public static string Of(RenderContext context, object? value)
    {
        if (value is BigInteger) return Printer.Text(context, value);
        if (Printer.Scalar(value) is { } scalar) return scalar;
        StringBuilder result = new();
        Append(context, result, value);
        return context.Charge(result.ToString());
    }

    private static void Append(RenderContext context, StringBuilder result, object? value)
    {
        context.Step();
        context.CheckLength(result.Length);
        switch (value)
        {
            case string text: AppendString(context, result, text); break;
            case BigInteger: result.Append(Printer.Text(context, value)); break;
            case Markup markup:
                result.Append("Markup(");
                AppendString(context, result, markup.Text);
                result.Append(')');
                break;
            case ListValue list: AppendItems(context, result, '[', list.Items, "]"); break;
            case TupleValue tuple: AppendItems(context, result, '(', tuple.Items, tuple.Count == 1 ? ",)" : ")"); break;
            case DictValue dict: AppendDict(context, result, dict); break;
            case DictView view: AppendView(context, result, view); break;
            case NamespaceValue space:
                result.Append("<Namespace ");
                AppendDict(context, result, space.Attributes);
                result.Append('>');
                break;
            case RangeValue range:
                result.Append(CultureInfo.InvariantCulture, $"range({range.Start}, {range.Stop}{(range.Step == 1 ? "" : $", {range.Step}")})");
                break;
            case SliceValue slice:
                AppendItems(context, result.Append("slice"), '(', [slice.Start, slice.Stop, slice.Step], ")");
                break;
            case BytesValue bytes:
                context.ChargeLength(BytesText.MaxWidth * (long)bytes.Bytes.Length);
                BytesText.Append(result, bytes.Bytes);
                break;
            case Undefined: result.Append("Undefined"); break;
            case FunctionValue function: result.Append(function.IsType ? $"<class '{function.Name}'>" : $"<function {function.Name}>"); break;
            case BoundMethod method: result.Append("<built-in method ").Append(method.Name).Append(" of ").Append(TypeName.Of(method.Self)).Append(" object>"); break;
            case CyclerValue or JoinerValue: result.Append("<jinja2.utils.").Append(TypeName.Of(value)).Append(" object>"); break;
            default: result.Append(Printer.Scalar(value) ?? value!.ToString()); break;
        }
    }

    private static void AppendString(RenderContext context, StringBuilder result, string text)
    {
        context.ChargeLength(text.Length);
        AppendQuoted(context, result, text);
    }

    private static void AppendItems(RenderContext context, StringBuilder result, char open, ReadOnlySpan<object?> items, string close)
    {
        context.CheckStack();
        result.Append(open);
        for (int i = 0; i < items.Length; i++)
        {
            if (i > 0) result.Append(", ");
            Append(context, result, items[i]);
        }

        result.Append(close);
    }

    private static void AppendDict(RenderContext context, StringBuilder result, DictValue dict)
    {
        context.CheckStack();
        result.Append('{');
        for (int i = 0; i < dict.Count; i++)
        {
            if (i > 0) result.Append(", ");
            Append(context, result, dict.KeyAt(i));
            result.Append(": ");
            Append(context, result, dict.ValueAt(i));
        }

        result.Append('}');
    }

    private static void AppendView(RenderContext context, StringBuilder result, DictView view)
    {
        result.Append(TypeName.Of(view));
        object?[] items = new object?[view.Count];
        for (int i = 0; i < items.Length; i++) items[i] = view.At(i);
        AppendItems(context, result, '(', [new ListValue(items)], ")");
    }

    private static void AppendQuoted(RenderContext? context, StringBuilder result, string text)
    {
        char quote = text.Contains('\'') && !text.Contains('"') ? '"' : '\'';
        result.Append(quote);
        for (int i = 0; i < text.Length; i++)
        {
            if (i % CharactersPerCheck == 0) context?.CheckLength(result.Length);
            char c = text[i];
            if (c == quote || c == '\\') result.Append('\\').Append(c);
            else if (c is >= ' ' and < '\u007f') result.Append(c);
            else i += AppendSpecial(result, text, i) - 1;
        }

        result.Append(quote);
    }

    /// <summary>A control character or one beyond ASCII; returns how many UTF-16 units it has.</summary>
    private static int AppendSpecial(StringBuilder result, string text, int i)
    {
        int width = CodePoints.WidthAt(text, i);
        int point = width == 2 ? char.ConvertToUtf32(text[i], text[i + 1]) : text[i];
        if (point is '\n' or '\r' or '\t') result.Append('\\').Append(point switch { '\n' => 'n', '\r' => 'r', _ => 't' });
        else if (PythonCharacters.IsPrintable(point)) result.Append(text, i, width);
        else if (point < 0x100) result.Append(CultureInfo.InvariantCulture, $"\\x{point:x2}");
        else if (point < 0x10000) result.Append(CultureInfo.InvariantCulture, $"\\u{point:x4}");
        else result.Append(CultureInfo.InvariantCulture, $"\\U{point:x8}");
        return width;
    }
}
