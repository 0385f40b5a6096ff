using System.Globalization;

namespace Spa.Engine.Reporting;

/// <summary>Numbers as people read them: a true minus sign, few digits, a dash where there is no number.</summary>
internal static class NumberText
{
    public const string Absent = "–";

    private static readonly string[] s_byteUnits = ["B", "kB", "MB", "GB", "TB", "PB", "EB"];

    public static string Format(double value, NumberStyle style)
    {
        if (double.IsNaN(value)) return Absent;
        if (double.IsInfinity(value)) return value > 0 ? "∞" : "−∞";
        string text = style switch
        {
            NumberStyle.Percent => Fixed(value * 100, 1) + "%",
            NumberStyle.Count => Math.Abs(value) < 1e15 ? Text(value, "#,0") : Significant(value, 4),
            NumberStyle.Duration => Duration(value),
            NumberStyle.Bytes => Bytes(value),
            _ => Significant(value, 4),
        };
        return text.Replace('-', '−');
    }

    /// <summary>The estimate, with no more digits than its interval supports.</summary>
    public static string Format(Estimate value, NumberStyle style) => OfInterval(value.Value, value, style);

    /// <summary>The bounds of the interval, "70.8% to 77.7%".</summary>
    public static string Range(Estimate value, NumberStyle style) =>
        $"{OfInterval(value.Low, value, style)} to {OfInterval(value.High, value, style)}";

    /// <summary>Plain numbers get the decimals of two digits of the interval's half width, so that value and bounds line up.</summary>
    private static string OfInterval(double number, Estimate value, NumberStyle style)
    {
        double half = value.High / 2 - value.Low / 2, size = Math.Max(Math.Abs(value.Low), Math.Abs(value.High));
        if (style != NumberStyle.Number || !value.HasInterval || !double.IsFinite(number) || !(half > 0)
            || size is < 1e-3 or >= 1e6) return Format(number, style);
        int decimals = Math.Clamp(1 - (int)Math.Floor(Math.Log10(half)), 0, 6);
        return Text(number, "#,0." + new string('0', decimals)).Replace('-', '−');
    }

    /// <summary>A difference with its sign; none where it rounds to zero. ASCII minus.</summary>
    public static string Signed(double value, string format)
    {
        string size = Text(Math.Abs(value), format);
        return size.Any(c => c is >= '1' and <= '9') ? (value < 0 ? "-" : "+") + size : size;
    }

    /// <summary>
    /// At most <paramref name="digits"/> significant digits, no trailing zeros, an exponent outside 1e-4 to 1e6; ASCII minus.
    /// </summary>
    public static string Significant(double value, int digits)
    {
        if (value == 0) return "0";
        double size = Math.Abs(value);
        if (size is < 1e-4 or >= 1e6) return Text(value, "0." + new string('#', digits - 2) + "e0");
        int decimals = Math.Clamp(digits - 1 - (int)Math.Floor(Math.Log10(size)), 0, digits + 3);
        return Text(value, "#,0." + new string('#', decimals));
    }

    private static string Fixed(double value, int decimals) =>
        Math.Abs(value) < 1e9 ? Text(value, "0." + new string('0', decimals)) : Significant(value, 4);

    private static string Duration(double seconds)
    {
        if (seconds < 0 || seconds >= 1e9) return Significant(seconds, 4) + " s";
        if (seconds < 0.9995) return Significant(seconds * 1000, 3) + " ms";
        if (seconds < 59.95) return Text(seconds, "0.0") + " s";
        long whole = (long)Math.Round(seconds);
        return whole < 3600 ? $"{whole / 60} min {whole % 60:00} s" : $"{Text(whole / 3600, "#,0")} h {whole / 60 % 60:00} min";
    }

    private static string Bytes(double bytes)
    {
        int unit = 0;
        while (Math.Abs(bytes) >= 999.5 && unit < s_byteUnits.Length - 1)
        {
            bytes /= 1000;
            unit++;
        }
        return $"{Significant(bytes, 3)} {s_byteUnits[unit]}";
    }

    private static string Text(double value, string format)
    {
        string text = value.ToString(format, CultureInfo.InvariantCulture);
        // A negative number that rounds to zero keeps its sign in .NET.
        return text.StartsWith('-') && text.AsSpan(1).IndexOfAnyInRange('1', '9') < 0 ? text[1..] : text;
    }
}
