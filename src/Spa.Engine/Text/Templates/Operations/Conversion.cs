using System.Buffers;
using System.Globalization;
using System.Numerics;
using System.Text;

namespace Spa.Engine.Text.Templates;

/// <summary>Text and numbers into numbers, as Python's <c>int</c> and <c>float</c> read them.</summary>
internal static class Conversion
{
    private static readonly SearchValues<char> s_floatCharacters = SearchValues.Create("0123456789.e+-");

    /// <summary>The whole part of a float.</summary>
    public static BigInteger Truncate(double value)
    {
        if (double.IsNaN(value)) throw new TemplateException(TemplateErrorKind.ValueError, "cannot convert float NaN to integer");
        if (double.IsInfinity(value)) throw new TemplateException(TemplateErrorKind.OverflowError, "cannot convert float infinity to integer");
        return new BigInteger(value);
    }

    /// <summary>An integer in a base from 2 to 36, or 0 for the base that its prefix names; null where the text is none.</summary>
    public static object? ToInteger(string text, int radix)
    {
        string digits = AsciiDigits(text);
        bool negative = digits.StartsWith('-');
        int at = negative || digits.StartsWith('+') ? 1 : 0;
        int named = PrefixRadix(digits, at);
        bool prefixed = named != 0 && (radix == 0 || radix == named);
        if (prefixed) at += 2;
        bool zeroOnly = radix == 0 && !prefixed && at < digits.Length && digits[at] == '0';
        int actual = radix != 0 ? radix : prefixed ? named : 10;
        if (prefixed && at < digits.Length && digits[at] == '_') at++;
        if (digits.Length - at > Integer.MaxDigits) return null;

        BigInteger value = BigInteger.Zero;
        bool needDigit = true;
        for (; at < digits.Length; at++)
        {
            if (digits[at] == '_' && !needDigit)
            {
                needDigit = true;
                continue;
            }

            int digit = DigitValue(digits[at]);
            if (digit >= actual) return null;
            value = value * actual + digit;
            needDigit = false;
        }

        if (needDigit || (zeroOnly && !value.IsZero)) return null;
        return Integer.Normalize(negative ? -value : value);
    }

    /// <summary>The base that 0x, 0o or 0b at a position names; 0 for none.</summary>
    private static int PrefixRadix(string text, int at)
    {
        if (at + 1 >= text.Length || text[at] != '0') return 0;
        return char.ToLowerInvariant(text[at + 1]) switch { 'x' => 16, 'o' => 8, 'b' => 2, _ => 0 };
    }

    /// <summary>0 to 35; more than any base for a character that is no digit.</summary>
    private static int DigitValue(char c)
    {
        if (char.IsAsciiDigit(c)) return c - '0';
        return char.IsAsciiLetter(c) ? char.ToLowerInvariant(c) - 'a' + 10 : int.MaxValue;
    }

    public static double? ToFloat(string text)
    {
        string number = AsciiDigits(text);
        for (int i = 0; i < number.Length; i++)
        {
            bool between = i > 0 && i + 1 < number.Length && char.IsAsciiDigit(number[i - 1]) && char.IsAsciiDigit(number[i + 1]);
            if (number[i] == '_' && !between) return null;
        }

        number = number.Replace("_", "");
        string bare = number.TrimStart('+', '-').ToLowerInvariant();
        if (number.Length - bare.Length <= 1 && bare is "inf" or "infinity") return number.StartsWith('-') ? double.NegativeInfinity : double.PositiveInfinity;
        if (number.Length - bare.Length <= 1 && bare == "nan") return double.NaN;
        const NumberStyles Style = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        if (bare.Length == 0 || bare.AsSpan().IndexOfAnyExcept(s_floatCharacters) >= 0) return null;
        return double.TryParse(number, Style, CultureInfo.InvariantCulture, out double value) ? value : null;
    }

    /// <summary>Without white space around it, and with the decimal digits of other scripts as ASCII ones.</summary>
    private static string AsciiDigits(string text)
    {
        string trimmed = StringTrimming.Strip(text, null, true, true);
        if (Ascii.IsValid(trimmed)) return trimmed;
        StringBuilder digits = new();
        foreach (int point in CodePoints.ToArray(trimmed))
        {
            if (PythonCharacters.IsDecimal(point)) digits.Append((char)('0' + CharUnicodeInfo.GetDecimalDigitValue(CodePoints.ToText(point), 0)));
            else digits.Append(CodePoints.ToText(point));
        }

        return digits.ToString();
    }
}
