using System.Globalization;
using System.Numerics;
using System.Text;

namespace Spa.Engine.Text.Templates;

/// <summary>One value in the format of a <see cref="FormatSpec"/>.</summary>
internal static class FieldFormat
{
    public static string Apply(RenderContext context, object? value, FormatSpec spec)
    {
        context.ChargeLength(spec.Width);
        ChargePrecision(context, spec);
        if (value is bool && spec.IsEmpty) return Printer.Text(context, value);
        if (value is double number) return Float(number, spec);
        if (Integer.TryBig(value, out BigInteger integer)) return Number(context, integer, spec);
        if (value is string or Markup) return Text(value.ToString()!, spec);
        if (!spec.IsEmpty)
        {
            throw new TemplateException(TemplateErrorKind.TypeError, $"unsupported format string passed to {TypeName.Of(value)}.__format__");
        }

        return Printer.Text(context, value);
    }

    /// <summary>Counts exact digits, whose cost grows with the square of how many there are.</summary>
    public static void ChargePrecision(RenderContext context, FormatSpec spec)
    {
        long digits = spec.Precision ?? 0;
        context.Step(digits * digits / 4096);
    }

    public static string Text(string text, FormatSpec spec)
    {
        if (spec.Type is not ('\0' or 's')) throw UnknownType(spec, "str");
        if (spec.Align == '=' && spec.Fill != "0") throw new TemplateException(TemplateErrorKind.ValueError, "'=' alignment not allowed in string format specifier");
        if (spec.Sign != '\0') throw new TemplateException(TemplateErrorKind.ValueError, "Sign not allowed in string format specifier");
        if (spec.Precision is int precision) text = CodePoints.Substring(text, 0, precision);
        return (spec.Align == '=' ? spec with { Align = '<' } : spec).Pad("", text, '<');
    }

    private static string Number(RenderContext context, BigInteger value, FormatSpec spec)
    {
        switch (spec.Type)
        {
            case 'e' or 'E' or 'f' or 'F' or 'g' or 'G' or '%':
                Arithmetic.TryDouble(value, out double number);
                return Float(number, spec);
            case 'c':
                if (value < 0 || value > 0x10FFFF) throw new TemplateException(TemplateErrorKind.OverflowError, "%c arg not in range(0x110000)");
                return spec.Pad("", CodePoints.ToText((int)value), '<');
            case '\0' or 'd' or 'n' or 'b' or 'o' or 'x' or 'X':
                if (spec.Precision is not null) throw new TemplateException(TemplateErrorKind.ValueError, "Precision not allowed in integer format specifier");
                int groupSize = spec.Type is 'b' or 'o' or 'x' or 'X' ? 4 : 3;
                return spec.Pad(SignOf(value.Sign < 0, spec) + Prefix(spec), Group(Digits(context, BigInteger.Abs(value), spec.Type), spec, groupSize), '>');
            default:
                throw UnknownType(spec, "int");
        }
    }

    /// <summary>The digits of a number that is not negative, in the base of a format type.</summary>
    public static string Digits(RenderContext context, BigInteger value, char type)
    {
        context.Step(value.GetBitLength() / 16);
        if (type is not ('b' or 'o' or 'x' or 'X')) return Integer.Print(value);
        if (value.IsZero) return "0";
        if (type is 'x' or 'X') return value.ToString(type.ToString(), CultureInfo.InvariantCulture).TrimStart('0');
        string binary = value.ToString("B", CultureInfo.InvariantCulture).TrimStart('0');
        return type == 'b' ? binary : Octal(binary);
    }

    private static string Octal(string binary)
    {
        binary = binary.PadLeft((binary.Length + 2) / 3 * 3, '0');
        StringBuilder text = new(binary.Length / 3);
        for (int i = 0; i < binary.Length; i += 3) text.Append((char)('0' + (binary[i] - '0') * 4 + (binary[i + 1] - '0') * 2 + (binary[i + 2] - '0')));
        return text.ToString();
    }

    public static string Float(double value, FormatSpec spec)
    {
        char type = spec.Type == 'n' ? 'g' : spec.Type;
        if (type is not ('\0' or 'e' or 'E' or 'f' or 'F' or 'g' or 'G' or '%')) throw UnknownType(spec, "float");
        string body = FloatText.Special(Math.Abs(value)) ?? Finite(type == '%' ? value * 100 : value, type, spec);
        bool vanished = spec.NoNegativeZero && body.AsSpan().IndexOfAnyInRange('1', '9') < 0;
        string sign = SignOf(double.IsNegative(value) && !double.IsNaN(value) && !vanished, spec);
        if (type == '%') body += "%";
        if (type is 'E' or 'F' or 'G') body = body.ToUpperInvariant();
        return spec.Pad(sign, Group(body, spec, 3), '>');
    }

    private static string Finite(double value, char type, FormatSpec spec)
    {
        int precision = spec.Precision ?? 6;
        switch (type)
        {
            case 'f' or 'F' or '%': return FloatText.Fixed(value, precision, spec.Alternate);
            case 'e' or 'E': return FloatText.Exponential(value, precision, spec.Alternate);
            case 'g' or 'G': return FloatText.General(value, precision, spec.Alternate);
            case '\0' when spec.Precision is null: return FloatText.Shortest(Math.Abs(value));
            default:
                string general = FloatText.General(value, precision, spec.Alternate);
                return general.AsSpan().IndexOfAny(".e") < 0 ? general + ".0" : general;
        }
    }

    private static string SignOf(bool negative, FormatSpec spec) => negative ? "-" : spec.Sign == '\0' ? "" : spec.Sign.ToString();

    private static string Prefix(FormatSpec spec) => spec.Alternate ? spec.Type switch { 'b' => "0b", 'o' => "0o", 'x' => "0x", 'X' => "0X", _ => "" } : "";

    /// <summary>Separators between groups of digits of the whole part.</summary>
    private static string Group(string body, FormatSpec spec, int size)
    {
        if (spec.Grouping == '\0') return body;
        int whole = 0;
        while (whole < body.Length && (size == 3 ? char.IsAsciiDigit(body[whole]) : char.IsAsciiHexDigit(body[whole]))) whole++;
        StringBuilder text = new(body.Length + whole / size);
        for (int at = 0; at < whole; at++)
        {
            if (at > 0 && (whole - at) % size == 0) text.Append(spec.Grouping);
            text.Append(body[at]);
        }

        return text.Append(body, whole, body.Length - whole).ToString();
    }

    private static TemplateException UnknownType(FormatSpec spec, string type) =>
        new(TemplateErrorKind.ValueError, $"Unknown format code '{spec.Type}' for object of type '{type}'");
}
