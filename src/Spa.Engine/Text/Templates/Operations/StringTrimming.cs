namespace Spa.Engine.Text.Templates;

/// <summary>Stripping characters from the ends of a string.</summary>
internal static class StringTrimming
{
    /// <param name="text">The text.</param>
    /// <param name="characters">The code points to strip; null for white space.</param>
    /// <param name="left">Strip at the start.</param>
    /// <param name="right">Strip at the end.</param>
    public static string Strip(string text, string? characters, bool left, bool right)
    {
        int start = 0;
        int end = text.Length;
        HashSet<int>? astral = characters is null || CodePoints.ArePlain(characters) ? null : [.. CodePoints.ToArray(characters)];
        while (left && start < end && Matches(text, start, characters, astral, out int width)) start += width;
        while (right && end > start)
        {
            int at = end > start + 1 && char.IsSurrogatePair(text[end - 2], text[end - 1]) ? end - 2 : end - 1;
            if (!Matches(text, at, characters, astral, out _)) break;
            end = at;
        }

        return text[start..end];
    }

    private static bool Matches(string text, int at, string? characters, HashSet<int>? astral, out int width)
    {
        width = 1;
        if (characters is null) return PythonSpace.Is(text[at]);
        width = CodePoints.WidthAt(text, at);
        if (astral is not null) return astral.Contains(width == 2 ? char.ConvertToUtf32(text[at], text[at + 1]) : text[at]);
        return width == 1 && characters.Contains(text[at]);
    }
}
