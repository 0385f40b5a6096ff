using System.Numerics;

namespace Spa.Engine.Text.Templates;

/// <summary>Filters on numbers.</summary>
internal static class NumberFilters
{
    public static readonly Builtin[] All =
    [
        new("abs", "", (context, value, _) => value switch
        {
            double number => Math.Abs(number),
            _ => Integer.TryBig(value, out BigInteger integer)
                ? Integer.Normalize(BigInteger.Abs(integer))
                : throw new TemplateException(TemplateErrorKind.TypeError, $"bad operand type for abs(): '{TypeName.Of(value)}'"),
        }),
        new("int", "default? base?", ToInt),
        new("float", "default?", (context, value, a) => ToFloat(context, value) ?? a.Or(0, 0.0)),
        new("round", "precision? method?", Round),
        new("filesizeformat", "binary?", (context, value, a) => FileSize(RequireFloat(context, value), a.Flag(0))),
    ];

    private static object? ToInt(RenderContext context, object? value, BoundArguments a)
    {
        object? fallback = a.Or(0, Box.Of(0));
        switch (value)
        {
            case Undefined missing: throw missing.Error(context);
            case double number: return double.IsFinite(number) ? Integer.Normalize(Conversion.Truncate(number)) : fallback;
            case string or Markup: break;
            default: return Integer.TryBig(value, out BigInteger integer) ? Integer.Normalize(integer) : fallback;
        }

        string text = value.ToString()!;
        ChargeParse(context, text);
        int radix = a.Int(context, 1, 10);
        if (text.Length <= Integer.MaxDigits) context.Step((long)text.Length * text.Length / 4096);
        if (radix is 0 or (>= 2 and <= 36) && Conversion.ToInteger(text, radix) is { } parsed) return parsed;
        return Conversion.ToFloat(text) is double real && double.IsFinite(real) ? Integer.Normalize(Conversion.Truncate(real)) : fallback;
    }

    /// <summary>Counts what is looked at several times.</summary>
    private static void ChargeParse(RenderContext context, string text) => context.ChargeScan(8L * text.Length);

    /// <summary>Null where the value is no number.</summary>
    private static object? ToFloat(RenderContext context, object? value)
    {
        if (value is Undefined missing) throw missing.Error(context);
        if (value is string or Markup)
        {
            ChargeParse(context, value.ToString()!);
            return Conversion.ToFloat(value.ToString()!);
        }

        return Arithmetic.TryDouble(value, out double number) ? number : null;
    }

    private static double RequireFloat(RenderContext context, object? value) => ToFloat(context, value) as double?
        ?? throw new TemplateException(TemplateErrorKind.TypeError, $"float() argument must be a string or a real number, not '{TypeName.Of(value)}'");

    private static object Round(RenderContext context, object? value, BoundArguments a)
    {
        object? method = a.Or(1, "common");
        if (method is not ("common" or "ceil" or "floor")) throw new TemplateException(TemplateErrorKind.FilterArgumentError, "method must be common, ceil or floor");
        if (value is Undefined missing) throw missing.Error(context);
        int precision = a.Int(context, 0);
        if (method is not "common") return RoundAway(value, precision, method is "ceil");
        if (value is double number) return ExactDecimal.Round(number, precision);
        if (!Integer.TryBig(value, out BigInteger integer))
        {
            throw new TemplateException(TemplateErrorKind.TypeError, $"type {TypeName.Of(value)} doesn't define __round__ method");
        }

        if (precision >= 0) return Integer.Normalize(integer);
        if (-precision > Integer.MaxDigits) return Box.Of(0);
        context.Step((long)precision * precision / 4096);
        BigInteger unit = BigInteger.Pow(10, -precision);
        return Integer.Normalize(ExactDecimal.RoundQuotient(integer, unit) * unit);
    }

    private static object RoundAway(object? value, int precision, bool up)
    {
        if (!Arithmetic.TryDouble(value, out double number)) throw new TemplateException(TemplateErrorKind.TypeError, $"must be real number, not {TypeName.Of(value)}");
        double unit = Math.Pow(10, precision);
        double scaled = number * unit;
        double rounded = up ? Math.Ceiling(scaled) : Math.Floor(scaled);
        return double.IsFinite(rounded) && unit != 0 && double.IsFinite(unit)
            ? rounded / unit + 0.0
            : throw new TemplateException(TemplateErrorKind.OverflowError, "the number cannot be rounded");
    }

    private static string FileSize(double bytes, bool binary)
    {
        double unitSize = binary ? 1024 : 1000;
        if (bytes == 1) return "1 Byte";
        if (bytes < unitSize) return $"{Printer.Scalar(Integer.Normalize(Conversion.Truncate(bytes)))} Bytes";
        const string Prefixes = "kMGTPEZY";
        double unit = unitSize;
        int prefix = 0;
        while (prefix < Prefixes.Length - 1 && bytes >= unit * unitSize)
        {
            unit *= unitSize;
            prefix++;
        }

        string letter = binary ? char.ToUpperInvariant(Prefixes[prefix]) + "i" : Prefixes[prefix].ToString();
        return $"{FloatText.Special(bytes) ?? FloatText.Fixed(bytes / unit, 1, alternate: false)} {letter}B";
    }
}
