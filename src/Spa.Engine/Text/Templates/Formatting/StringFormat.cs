using System.Text;

namespace Spa.Engine.Text.Templates;

/// <summary>The method <c>str.format</c>. Fields look attributes and items up by the sandbox's rules.</summary>
internal sealed class StringFormat(RenderContext context, object?[] positional, DictValue named, bool escape)
{
    private const int MaxNesting = 2;
    private int _next;
    private bool _numbered;

    public string Apply(string format, int depth = 0)
    {
        if (depth >= MaxNesting) throw Fail("Max string recursion exceeded");
        StringBuilder text = new();
        for (int at = 0; at < format.Length; at++)
        {
            char c = format[at];
            bool doubled = at + 1 < format.Length && format[at + 1] == c;
            if (c is not ('{' or '}'))
            {
                text.Append(c);
            }
            else if (doubled)
            {
                text.Append(c);
                at++;
            }
            else if (c == '}')
            {
                throw Fail("Single '}' encountered in format string");
            }
            else
            {
                int end = FindEnd(format, at + 1);
                text.Append(Field(format[(at + 1)..end], depth));
                context.CheckLength(text.Length);
                at = end;
            }
        }

        return text.ToString();
    }

    private static int FindEnd(string format, int at)
    {
        if (at >= format.Length) throw Fail("Single '{' encountered in format string");
        int depth = 1;
        for (; at < format.Length; at++)
        {
            depth += format[at] switch { '{' => 1, '}' => -1, _ => 0 };
            if (depth == 0) return at;
        }

        throw Fail("expected '}' before end of string");
    }

    private string Field(string field, int depth)
    {
        context.Step();
        int nameEnd = NameEnd(field);
        int colon = field.IndexOf(':', nameEnd);
        string conversion = field[nameEnd..(colon < 0 ? field.Length : colon)];
        object? value = Lookup(field[..nameEnd]);
        string spec = colon < 0 ? "" : Apply(field[(colon + 1)..], depth + 1);
        value = conversion switch
        {
            "" => value,
            "!s" => Printer.Text(context, value),
            "!r" or "!a" => Repr.Of(context, value),
            _ => throw Fail($"Unknown conversion specifier '{conversion.TrimStart('!')}'"),
        };
        if (escape && spec.Length == 0) return Markup.Escape(context, value).Text;
        string text = FieldFormat.Apply(context, value, FormatSpec.Parse(spec));
        return escape ? Markup.Escape(context, text).Text : text;
    }

    /// <summary>Where the name of a field ends: at the first '!' or ':' outside brackets.</summary>
    private static int NameEnd(string field)
    {
        bool inside = false;
        for (int i = 0; i < field.Length; i++)
        {
            if (field[i] == '[') inside = true;
            else if (field[i] == ']') inside = false;
            else if (!inside && field[i] is '!' or ':') return i;
        }

        return field.Length;
    }

    private object? Lookup(string name)
    {
        int first = name.AsSpan().IndexOfAny('.', '[');
        object? value = First(first < 0 ? name : name[..first]);
        for (int at = first < 0 ? name.Length : first; at < name.Length;)
        {
            context.Step();
            if (name[at] == '.')
            {
                int end = name.AsSpan(at + 1).IndexOfAny('.', '[');
                end = end < 0 ? name.Length : at + 1 + end;
                value = Attributes.Get(context, value, name[(at + 1)..end]);
                at = end;
            }
            else
            {
                int end = name.IndexOf(']', at);
                if (name[at] != '[' || end < 0) throw Fail("Missing ']' in format string");
                string key = name[(at + 1)..end];
                value = Attributes.GetItem(context, value, AsIndex(key) ?? key);
                at = end + 1;
            }
        }

        return value;
    }

    private object? First(string name)
    {
        if (name.Length == 0)
        {
            if (_numbered) throw Fail("cannot switch from manual field specification to automatic field numbering");
            return At(_next++);
        }

        if (AsIndex(name) is long index)
        {
            if (_next > 0) throw Fail("cannot switch from automatic field numbering to manual field specification");
            _numbered = true;
            return At(index);
        }

        return named.TryGet(name, out object? value) ? value : throw new TemplateException(TemplateErrorKind.KeyError, Repr.Of(name));
    }

    private object? At(long index) => index < positional.Length
        ? positional[index]
        : throw new TemplateException(TemplateErrorKind.IndexError, $"Replacement index {index} out of range for positional args tuple");

    private static object? AsIndex(string text) => text.Length is > 0 and < 10 && text.All(char.IsAsciiDigit) ? long.Parse(text) : null;

    private static TemplateException Fail(string reason) => new(TemplateErrorKind.ValueError, reason);
}
