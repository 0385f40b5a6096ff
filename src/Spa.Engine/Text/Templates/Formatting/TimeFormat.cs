using System.Globalization;
using System.Text;

namespace Spa.Engine.Text.Templates;

/// <summary><c>strftime</c> in the C locale, with glibc's extensions and flags.</summary>
internal static class TimeFormat
{
    private static readonly CultureInfo s_culture = CultureInfo.InvariantCulture;

    public static string Apply(RenderContext context, DateTime time, string format)
    {
        StringBuilder text = new();
        for (int at = 0; at < format.Length; at++)
        {
            if (format[at] != '%' || at + 1 >= format.Length)
            {
                text.Append(format[at]);
                continue;
            }

            int start = at++;
            char flag = '\0';
            while (at < format.Length && format[at] is '-' or '_' or '0' or '^' or '#') flag = format[at++];
            int width = FormatSpec.TakeNumber(format, ref at) ?? 0;
            context.ChargeLength(width);
            string? field = at < format.Length ? Field(time, format[at], flag, width) : null;
            context.CheckLength(text.Length);
            if (field is not null) text.Append(field);
            else text.Append(format, start, Math.Min(at + 1, format.Length) - start);
        }

        return context.Charge(text.ToString());
    }

    private static string? Field(DateTime time, char letter, char flag, int minWidth)
    {
        string? name = Name(time, letter);
        if (name is not null)
        {
            if (flag == '#') name = letter == 'p' ? name.ToLowerInvariant() : name.ToUpperInvariant();
            return (flag == '^' ? name.ToUpperInvariant() : name).PadLeft(minWidth, flag == '0' ? '0' : ' ');
        }

        if (Number(time, letter) is not var (value, width, pad)) return null;
        return Pad(value, Math.Max(width, minWidth), flag switch { '-' => '\0', '_' => ' ', '0' => '0', _ => pad });
    }

    private static string? Name(DateTime time, char letter) => letter switch
    {
        'a' => time.ToString("ddd", s_culture),
        'A' => time.ToString("dddd", s_culture),
        'b' or 'h' => time.ToString("MMM", s_culture),
        'B' => time.ToString("MMMM", s_culture),
        'p' => time.Hour < 12 ? "AM" : "PM",
        'P' => time.Hour < 12 ? "am" : "pm",
        'c' => time.ToString("ddd MMM ", s_culture) + Pad(time.Day, 2, ' ') + time.ToString(" HH:mm:ss yyyy", s_culture),
        'x' or 'D' => time.ToString("MM'/'dd'/'yy", s_culture),
        'X' or 'T' => time.ToString("HH':'mm':'ss", s_culture),
        'r' => time.ToString("hh':'mm':'ss ", s_culture) + (time.Hour < 12 ? "AM" : "PM"),
        'R' => time.ToString("HH':'mm", s_culture),
        'F' => time.ToString("yyyy'-'MM'-'dd", s_culture),
        'n' => "\n",
        't' => "\t",
        '%' => "%",
        'z' or 'Z' => "",
        'f' => (time.Ticks % TimeSpan.TicksPerSecond / 10).ToString("000000", s_culture),
        _ => null,
    };

    private static (long Value, int Width, char Pad)? Number(DateTime time, char letter) => letter switch
    {
        'd' => (time.Day, 2, '0'),
        'e' => (time.Day, 2, ' '),
        'm' => (time.Month, 2, '0'),
        'y' => (time.Year % 100, 2, '0'),
        'Y' => (time.Year, 1, '0'),
        'C' => (time.Year / 100, 2, '0'),
        'H' => (time.Hour, 2, '0'),
        'k' => (time.Hour, 2, ' '),
        'I' => (TwelveHour(time), 2, '0'),
        'l' => (TwelveHour(time), 2, ' '),
        'M' => (time.Minute, 2, '0'),
        'S' => (time.Second, 2, '0'),
        'j' => (time.DayOfYear, 3, '0'),
        'w' => ((int)time.DayOfWeek, 1, '0'),
        'u' => (((int)time.DayOfWeek + 6) % 7 + 1, 1, '0'),
        'U' => ((time.DayOfYear + 6 - (int)time.DayOfWeek) / 7, 2, '0'),
        'W' => ((time.DayOfYear + 6 - ((int)time.DayOfWeek + 6) % 7) / 7, 2, '0'),
        'V' => (ISOWeek.GetWeekOfYear(time), 2, '0'),
        'G' => (ISOWeek.GetYear(time), 1, '0'),
        'g' => (ISOWeek.GetYear(time) % 100, 2, '0'),
        's' => ((long)(time - DateTime.UnixEpoch).TotalSeconds, 1, '0'),
        _ => null,
    };

    private static int TwelveHour(DateTime time) => (time.Hour + 11) % 12 + 1;

    private static string Pad(long value, int width, char pad)
    {
        string digits = value.ToString(s_culture);
        return pad == '\0' ? digits : digits.PadLeft(width, pad);
    }
}
