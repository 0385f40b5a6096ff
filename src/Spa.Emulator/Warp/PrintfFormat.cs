using System.Globalization;
using System.Text;

namespace Spa.Emulator.Warp;

/// <summary>C's printf conversions <c>d i u x X o c s p f e g %</c> with flags, width and precision.</summary>
internal static class PrintfFormat
{
    /// <param name="format">The format.</param>
    /// <param name="next">Bits of the next argument of 4 or 8 bytes.</param>
    /// <param name="text">A string at an address.</param>
    public static string Apply(string format, Func<int, ulong> next, Func<ulong, string> text)
    {
        StringBuilder output = new();
        for (int i = 0; i < format.Length; i++)
        {
            if (format[i] != '%')
            {
                output.Append(format[i]);
                continue;
            }
            bool left = false, zero = false, plus = false, wide = false;
            for (i++; i < format.Length && "-0+ #".Contains(format[i], StringComparison.Ordinal); i++)
            {
                left |= format[i] == '-';
                zero |= format[i] == '0';
                plus |= format[i] == '+';
            }
            int width = 0, precision = -1;
            while (i < format.Length && char.IsAsciiDigit(format[i])) width = width * 10 + format[i++] - '0';
            if (i < format.Length && format[i] == '.')
            {
                precision = 0;
                for (i++; i < format.Length && char.IsAsciiDigit(format[i]); i++) precision = precision * 10 + format[i] - '0';
            }
            for (; i < format.Length && "lhzjtL".Contains(format[i], StringComparison.Ordinal); i++) wide |= format[i] is 'l' or 'z' or 'j' or 't';
            if (i >= format.Length) break;
            string item = One(format[i], wide, precision, next, text);
            if (plus && format[i] is 'd' or 'i' or 'f' or 'e' or 'g' && item[0] != '-') item = "+" + item;
            if (left) item = item.PadRight(width);
            else if (zero && item.Length < width) item = item[0] is '-' or '+' ? item[0] + item[1..].PadLeft(width - 1, '0') : item.PadLeft(width, '0');
            else item = item.PadLeft(width);
            output.Append(item);
        }
        return output.ToString();
    }

    private static string One(char conversion, bool wide, int precision, Func<int, ulong> next, Func<ulong, string> text)
    {
        CultureInfo culture = CultureInfo.InvariantCulture;
        switch (conversion)
        {
            case 'd' or 'i':
                return wide ? ((long)next(8)).ToString(culture) : ((int)next(4)).ToString(culture);
            case 'u':
                return next(wide ? 8 : 4).ToString(culture);
            case 'x':
                return next(wide ? 8 : 4).ToString("x", culture);
            case 'X':
                return next(wide ? 8 : 4).ToString("X", culture);
            case 'o':
                return System.Convert.ToString((long)next(wide ? 8 : 4), 8);
            case 'c':
                return ((char)(byte)next(4)).ToString();
            case 's':
                return text(next(8));
            case 'p':
                return "0x" + next(8).ToString("x", culture);
            case 'f' or 'F':
                return BitConverter.UInt64BitsToDouble(next(8)).ToString("F" + (precision < 0 ? 6 : precision), culture);
            case 'e' or 'E':
                return BitConverter.UInt64BitsToDouble(next(8)).ToString((precision < 0 ? "0.000000" : "0." + new string('0', precision)) + "e+00", culture);
            case 'g' or 'G':
                return BitConverter.UInt64BitsToDouble(next(8)).ToString("G" + (precision < 0 ? 6 : precision), culture);
            default:
                return conversion.ToString();
        }
    }
}
