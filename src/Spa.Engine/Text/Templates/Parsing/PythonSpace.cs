namespace Spa.Engine.Text.Templates;

/// <summary>White space as Python's <c>str.isspace</c> and <c>\s</c> see it: .NET's, and the four separators U+001C to U+001F.</summary>
internal static class PythonSpace
{
    public static bool Is(char c) => char.IsWhiteSpace(c) || c is >= '\u001c' and <= '\u001f';

    public static int SkipForward(string text, int position)
    {
        while (position < text.Length && Is(text[position])) position++;
        return position;
    }

    /// <summary>Length of <paramref name="text"/> without the white space at its end, at least <paramref name="floor"/>.</summary>
    public static int TrimmedEnd(string text, int floor, int end)
    {
        while (end > floor && Is(text[end - 1])) end--;
        return end;
    }
}
