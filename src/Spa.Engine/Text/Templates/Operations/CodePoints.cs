namespace Spa.Engine.Text.Templates;

/// <summary>Strings measured and cut by code points. Most strings have no surrogates, and then a position is a position.</summary>
internal static class CodePoints
{
    public static bool ArePlain(ReadOnlySpan<char> text) => !text.ContainsAnyInRange('\uD800', '\uDFFF');

    public static int Count(ReadOnlySpan<char> text)
    {
        if (ArePlain(text)) return text.Length;
        int count = text.Length;
        for (int i = 1; i < text.Length; i++)
        {
            if (!char.IsSurrogatePair(text[i - 1], text[i])) continue;
            count--;
            i++;
        }

        return count;
    }

    /// <summary>UTF-16 units of the code point that starts at <paramref name="position"/>: 1 or 2.</summary>
    public static int WidthAt(string text, int position) =>
        position + 1 < text.Length && char.IsSurrogatePair(text[position], text[position + 1]) ? 2 : 1;

    /// <summary>UTF-16 position of a code point, or the end of the text.</summary>
    public static int ToUnits(string text, int points)
    {
        if (ArePlain(text)) return Math.Min(points, text.Length);
        int unit = 0;
        for (; points > 0 && unit < text.Length; points--) unit += WidthAt(text, unit);
        return unit;
    }

    /// <summary>Code points from <paramref name="start"/> up to <paramref name="end"/>.</summary>
    public static string Substring(string text, int start, int end)
    {
        int first = ToUnits(text, start);
        return text[first..Math.Max(first, ToUnits(text, end))];
    }

    /// <summary>The code points as UTF-32.</summary>
    public static int[] ToArray(string text)
    {
        int[] points = new int[Count(text)];
        for (int i = 0, unit = 0; i < points.Length; i++)
        {
            int width = WidthAt(text, unit);
            points[i] = width == 2 ? char.ConvertToUtf32(text[unit], text[unit + 1]) : text[unit];
            unit += width;
        }

        return points;
    }

    public static string ToText(int point) => point is >= 0xD800 and <= 0xDFFF or < 0x10000 ? ((char)point).ToString() : char.ConvertFromUtf32(point);
}
