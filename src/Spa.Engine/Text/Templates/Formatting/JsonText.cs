using System.Globalization;
using System.Numerics;
using System.Text;

namespace Spa.Engine.Text.Templates;

/// <summary>JSON as Python's <c>json.dumps</c> writes it; HTML characters stay as they are.</summary>
internal sealed class JsonText(RenderContext context, JsonStyle style)
{
    /// <summary>An escaped character takes up to six, so a long string is measured on the way.</summary>
    private const int CharactersPerCheck = 4096;

    private readonly StringBuilder _text = new();

    public static string Of(RenderContext context, object? value, JsonStyle style)
    {
        JsonText writer = new(context, style);
        writer.Write(value, 0);
        return context.Charge(writer._text.ToString());
    }

    private void Write(object? value, int depth)
    {
        context.Step();
        context.CheckLength(_text.Length);
        switch (value)
        {
            case null: _text.Append("null"); break;
            case bool flag: _text.Append(flag ? "true" : "false"); break;
            case string text: WriteString(text); break;
            case Markup markup: WriteString(markup.Text); break;
            case long or BigInteger: _text.Append(Printer.Text(context, value)); break;
            case double number: _text.Append(Number(number)); break;
            case SequenceValue sequence: WriteArray(sequence.Items, depth); break;
            case DictValue dict: WriteObject(dict, depth); break;
            default: throw new TemplateException(TemplateErrorKind.TypeError, $"Object of type {TypeName.Of(value)} is not JSON serializable");
        }
    }

    private static string Number(double number) =>
        double.IsNaN(number) ? "NaN" : double.IsInfinity(number) ? (number > 0 ? "Infinity" : "-Infinity") : FloatText.Shortest(number);

    private void WriteArray(object?[] items, int depth)
    {
        if (items.Length == 0)
        {
            _text.Append("[]");
            return;
        }

        context.CheckStack();
        _text.Append('[');
        for (int i = 0; i < items.Length; i++)
        {
            if (i > 0) _text.Append(style.ItemSeparator);
            NewLine(depth + 1);
            Write(items[i], depth + 1);
        }

        NewLine(depth);
        _text.Append(']');
    }

    private void WriteObject(DictValue dict, int depth)
    {
        if (dict.Count == 0)
        {
            _text.Append("{}");
            return;
        }

        context.CheckStack();
        _text.Append('{');
        bool first = true;
        foreach (int i in style.SortKeys ? SortedEntries(dict) : Enumerable.Range(0, dict.Count))
        {
            if (!first) _text.Append(style.ItemSeparator);
            first = false;
            NewLine(depth + 1);
            WriteString(Key(dict.KeyAt(i)));
            _text.Append(style.KeySeparator);
            Write(dict.ValueAt(i), depth + 1);
        }

        NewLine(depth);
        _text.Append('}');
    }

    private int[] SortedEntries(DictValue dict)
    {
        int[] order = [.. Enumerable.Range(0, dict.Count)];
        object?[] keys = dict.Keys.ToArray();
        return Sorting.Sort(context, order, keys, reverse: false);
    }

    private static string Key(object? key) => key switch
    {
        string text => text,
        Markup markup => markup.Text,
        null => "null",
        bool flag => flag ? "true" : "false",
        double number => Number(number),
        long or BigInteger => Printer.Scalar(key)!,
        _ => throw new TemplateException(TemplateErrorKind.TypeError, $"keys must be str, int, float, bool or None, not {TypeName.Of(key)}"),
    };

    private void NewLine(int depth)
    {
        if (style.Indent is not { } indent) return;
        _text.Append('\n');
        context.ChargeLength((long)indent.Length * depth);
        for (int i = 0; i < depth; i++) _text.Append(indent);
    }

    private void WriteString(string text)
    {
        context.ChargeLength(text.Length);
        _text.Append('"');
        for (int i = 0; i < text.Length; i++)
        {
            if (i % CharactersPerCheck == 0) context.CheckLength(_text.Length);
            char c = text[i];
            switch (c)
            {
                case '"': _text.Append("\\\""); break;
                case '\\': _text.Append("\\\\"); break;
                case '\n': _text.Append("\\n"); break;
                case '\r': _text.Append("\\r"); break;
                case '\t': _text.Append("\\t"); break;
                case '\b': _text.Append("\\b"); break;
                case '\f': _text.Append("\\f"); break;
                case < ' ': _text.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"); break;
                case > '~' when style.EnsureAscii && c != '\u007f': _text.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"); break;
                default: _text.Append(c); break;
            }
        }

        _text.Append('"');
    }
}
