namespace Spa.Engine.Text.Templates;

/// <summary>Stripping characters from the ends of a string.</summary>
internal static class StringTrimming
{
    /// <summary>Up to this many characters to strip are searched one by one.</summary>
    private const int FewCharacters = 16;

    /// <summary>The same, counted: a look at every character of both, and the result.</summary>
    public static string Strip(RenderContext context, string text, string? characters, bool left, bool right)
    {
        context.ChargeScan((long)text.Length + (characters?.Length ?? 0));
        return context.Charge(Strip(text, characters, left, right));
    }

    /// <param name="text">The text.</param>
    /// <param name="characters">The code points to strip; null for white space.</param>
    /// <param name="left">Strip at the start.</param>
    /// <param name="right">Strip at the end.</param>
    public static string Strip(string text, string? characters, bool left, bool right)
    {
        int start = 0;
        int end = text.Length;
        HashSet<int>? set = characters is null || (characters.Length <= FewCharacters && CodePoints.ArePlain(characters)) ? null : [.. CodePoints.ToArray(characters)];
        while (left && start < end && Matches(text, start, characters, set, out int width)) start += width;
        while (right && end > start)
        {
            int at = end > start + 1 && char.IsSurrogatePair(text[end - 2], text[end - 1]) ? end - 2 : end - 1;
            if (!Matches(text, at, characters, set, out _)) break;
            end = at;
        }

        return text[start..end];
    }

    private static bool Matches(string text, int at, string? characters, HashSet<int>? set, out int width)
    {
        width = 1;
        if (characters is null) return PythonSpace.Is(text[at]);
        width = CodePoints.WidthAt(text, at);
        if (set is not null) return set.Contains(width == 2 ? char.ConvertToUtf32(text[at], text[at + 1]) : text[at]);
        return width == 1 && characters.Contains(text[at]);
    }
}
