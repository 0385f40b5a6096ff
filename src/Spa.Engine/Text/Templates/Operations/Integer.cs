using System.Globalization;
using System.Numerics;

namespace Spa.Engine.Text.Templates;

/// <summary>Integers without an upper limit, kept as long where they fit.</summary>
internal static class Integer
{
    /// <summary>Python neither reads nor prints integers with more decimal digits than this.</summary>
    public const int MaxDigits = 4300;

    public static object Normalize(BigInteger value) =>
        value >= long.MinValue && value <= long.MaxValue ? Box.Of((long)value) : value;

    /// <summary>Whether a value is an integer, true and false included.</summary>
    public static bool Is(object? value) => value is long or bool or BigInteger;

    public static bool TryBig(object? value, out BigInteger integer)
    {
        integer = value switch
        {
            long small => small,
            bool flag => flag ? 1 : 0,
            BigInteger big => big,
            _ => BigInteger.Zero,
        };
        return Is(value);
    }

    /// <summary>Long integers and bools only.</summary>
    public static bool TryLong(object? value, out long integer)
    {
        switch (value)
        {
            case long small:
                integer = small;
                return true;
            case bool flag:
                integer = flag ? 1 : 0;
                return true;
            default:
                integer = 0;
                return false;
        }
    }

    /// <summary>An integer as an index or a count: what does not fit is the nearest that does.</summary>
    public static bool TryIndex(object? value, out int index)
    {
        index = 0;
        if (value is BigInteger big)
        {
            index = big.Sign > 0 ? int.MaxValue : -int.MaxValue;
            return true;
        }

        if (!TryLong(value, out long integer)) return false;
        index = (int)Math.Clamp(integer, -int.MaxValue, int.MaxValue);
        return true;
    }

    /// <summary>An optional sign and decimal digits; null for too many digits.</summary>
    public static object? Parse(string digits)
    {
        if (long.TryParse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long small)) return Box.Of(small);
        if (digits.Length > MaxDigits) return null;
        return Normalize(BigInteger.Parse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture));
    }

    public static string Print(BigInteger value)
    {
        if (value.GetBitLength() * 0.30103 > MaxDigits + 1) throw TooLong();
        string text = value.ToString(CultureInfo.InvariantCulture);
        return text.Length - (value.Sign < 0 ? 1 : 0) <= MaxDigits ? text : throw TooLong();
    }

    private static TemplateException TooLong() =>
        new(TemplateErrorKind.ValueError, $"Exceeds the limit ({MaxDigits} digits) for integer string conversion");
}
