namespace Spa.Engine.Text.Templates;

/// <summary>Python's ways to cut a string into parts.</summary>
internal static class StringSplitting
{
    /// <summary>At a separator, or at runs of white space where it is null; at most <paramref name="max"/> cuts unless that is negative.</summary>
    public static List<string> Split(string text, string? separator, int max, bool fromRight)
    {
        if (max < 0) max = int.MaxValue;
        List<string> parts = separator is null
            ? fromRight ? SpacesFromRight(text, max) : Spaces(text, max)
            : fromRight ? SeparatorsFromRight(text, separator, max) : Separators(text, separator, max);
        return parts;
    }

    private static List<string> Separators(string text, string separator, int max)
    {
        List<string> parts = [];
        int start = 0;
        for (int at; parts.Count < max && (at = text.IndexOf(separator, start, StringComparison.Ordinal)) >= 0; start = at + separator.Length)
        {
            parts.Add(text[start..at]);
        }

        parts.Add(text[start..]);
        return parts;
    }

    private static List<string> SeparatorsFromRight(string text, string separator, int max)
    {
        List<string> parts = [];
        int end = text.Length;
        for (int at; parts.Count < max && (at = text.AsSpan(0, end).LastIndexOf(separator)) >= 0; end = at)
        {
            parts.Add(text[(at + separator.Length)..end]);
        }

        parts.Add(text[..end]);
        parts.Reverse();
        return parts;
    }

    private static List<string> Spaces(string text, int max)
    {
        List<string> parts = [];
        int at = PythonSpace.SkipForward(text, 0);
        while (at < text.Length)
        {
            if (parts.Count == max)
            {
                parts.Add(text[at..]);
                break;
            }

            int end = at;
            while (end < text.Length && !PythonSpace.Is(text[end])) end++;
            parts.Add(text[at..end]);
            at = PythonSpace.SkipForward(text, end);
        }

        return parts;
    }

    private static List<string> SpacesFromRight(string text, int max)
    {
        List<string> parts = [];
        int end = PythonSpace.TrimmedEnd(text, 0, text.Length);
        while (end > 0)
        {
            if (parts.Count == max)
            {
                parts.Add(text[..end]);
                break;
            }

            int start = end;
            while (start > 0 && !PythonSpace.Is(text[start - 1])) start--;
            parts.Add(text[start..end]);
            end = PythonSpace.TrimmedEnd(text, 0, start);
        }

        parts.Reverse();
        return parts;
    }

    /// <summary>At every line break that Python knows.</summary>
    public static List<string> Lines(string text, bool keepEnds)
    {
        List<string> lines = [];
        int start = 0;
        for (int at = 0; at < text.Length; at++)
        {
            if (text[at] is not ('\n' or '\r' or '\v' or '\f' or '\u001c' or '\u001d' or '\u001e' or '\u0085' or '\u2028' or '\u2029')) continue;
            int next = text[at] == '\r' && at + 1 < text.Length && text[at + 1] == '\n' ? at + 2 : at + 1;
            lines.Add(text[start..(keepEnds ? next : at)]);
            start = next;
            at = next - 1;
        }

        if (start < text.Length) lines.Add(text[start..]);
        return lines;
    }
}
