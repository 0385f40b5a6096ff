using System.Globalization;
using System.Text;

namespace Spa.Engine.Text.Templates;

/// <summary>Floats in decimal: the shortest text that reads back as the same float, and texts of a given precision.</summary>
internal static class FloatText
{
    /// <summary>Python's <c>repr</c>: plain digits for exponents from -4 to 15, always with a point or an exponent.</summary>
    public static string Shortest(double value)
    {
        if (Special(value) is { } special) return special;
        (string digits, int exponent) = ShortestDigits(value);
        string sign = double.IsNegative(value) ? "-" : "";
        if (exponent is < -4 or >= 16) return sign + Scientific(digits, exponent, 'e', alternate: false);
        string plain = Plain(digits, exponent);
        return sign + (plain.Contains('.') ? plain : plain + ".0");
    }

    /// <summary>nan, inf or -inf; null for a finite number.</summary>
    public static string? Special(double value) =>
        double.IsNaN(value) ? "nan" : double.IsPositiveInfinity(value) ? "inf" : double.IsNegativeInfinity(value) ? "-inf" : null;

    /// <summary>The absolute value with <paramref name="precision"/> digits after the point, exactly rounded, ties to even.</summary>
    public static string Fixed(double value, int precision, bool alternate)
    {
        string digits = ExactDecimal.Scaled(Math.Abs(value), precision).ToString(CultureInfo.InvariantCulture).PadLeft(precision + 1, '0');
        string point = precision > 0 || alternate ? "." : "";
        return digits[..^precision] + point + digits[^precision..];
    }

    /// <summary>The absolute value as d.ddde+XX with <paramref name="precision"/> digits after the point.</summary>
    public static string Exponential(double value, int precision, bool alternate)
    {
        (string digits, int exponent) = ExactDigits(value, precision + 1);
        return Scientific(digits, exponent, 'e', alternate);
    }

    /// <summary>The absolute value in <paramref name="precision"/> significant digits, plain or with an exponent, whichever is usual.</summary>
    public static string General(double value, int precision, bool alternate)
    {
        int significant = Math.Max(1, precision);
        (string digits, int exponent) = ExactDigits(value, significant);
        if (!alternate) digits = digits.TrimEnd('0') is { Length: > 0 } trimmed ? trimmed : "0";
        if (exponent < -4 || exponent >= significant) return Scientific(digits, exponent, 'e', alternate);
        string plain = Plain(digits, exponent);
        return alternate && !plain.Contains('.') ? plain + "." : plain;
    }

    /// <summary>The shortest digits of the absolute value, the first of them worth ten to the exponent.</summary>
    public static (string Digits, int Exponent) ShortestDigits(double value)
    {
        if (value == 0) return ("0", 0);
        string shortest = Math.Abs(value).ToString("R", CultureInfo.InvariantCulture);
        int mark = shortest.IndexOf('E');
        string mantissa = mark < 0 ? shortest : shortest[..mark];
        string digits = mantissa.Replace(".", "").TrimStart('0').TrimEnd('0');

        // The exponent of the first digit: from the mark, moved by the digits before the point or the zeros after it.
        int written = mark < 0 ? 0 : int.Parse(shortest.AsSpan(mark + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        int point = mantissa.IndexOf('.') is int at and >= 0 ? at : mantissa.Length;
        int first = mantissa.AsSpan().IndexOfAnyInRange('1', '9');
        return (digits, written + (first < point ? point - first - 1 : point - first));
    }

    private static (string Digits, int Exponent) ExactDigits(double value, int count)
    {
        double magnitude = Math.Abs(value);
        if (magnitude == 0) return (new string('0', count), 0);
        int exponent = ShortestDigits(magnitude).Exponent;
        string digits = ExactDecimal.Scaled(magnitude, count - 1 - exponent).ToString(CultureInfo.InvariantCulture);
        if (digits.Length > count) return (digits[..count], exponent + 1);
        if (digits.Length == count) return (digits, exponent);
        return (ExactDecimal.Scaled(magnitude, count - exponent).ToString(CultureInfo.InvariantCulture), exponent - 1);
    }

    private static string Scientific(string digits, int exponent, char letter, bool alternate)
    {
        StringBuilder text = new();
        text.Append(digits[0]);
        if (digits.Length > 1 || alternate) text.Append('.').Append(digits, 1, digits.Length - 1);
        return text.Append(letter).Append(exponent < 0 ? '-' : '+').Append(Math.Abs(exponent).ToString("00", CultureInfo.InvariantCulture)).ToString();
    }

    private static string Plain(string digits, int exponent)
    {
        if (exponent < 0) return "0." + new string('0', -exponent - 1) + digits;
        int whole = exponent + 1;
        return digits.Length <= whole ? digits.PadRight(whole, '0') : digits[..whole] + "." + digits[whole..];
    }
}
