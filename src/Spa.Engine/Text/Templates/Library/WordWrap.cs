namespace Spa.Engine.Text.Templates;

/// <summary>Greedy line filling as Python's <c>textwrap</c> does it, each line of the text on its own.</summary>
internal static class WordWrap
{
    public static string Apply(RenderContext context, string text, int width, bool breakLong, string separator, bool breakHyphens)
    {
        if (width <= 0) throw new TemplateException(TemplateErrorKind.ValueError, $"invalid width {width} (must be > 0)");
        context.ChargeLength(text.Length * (1L + separator.Length));
        IEnumerable<string> lines = StringSplitting.Lines(text, keepEnds: false)
            .Select(line => string.Join(separator, Wrap(context, line, width, breakLong, breakHyphens)));
        return context.Charge(string.Join(separator, lines));
    }

    private static List<string> Wrap(RenderContext context, string line, int width, bool breakLong, bool breakHyphens)
    {
        List<string> lines = [];
        Stack<string> chunks = new(Chunks(line, breakHyphens).AsEnumerable().Reverse());
        while (chunks.Count > 0)
        {
            List<string> current = [];
            int length = 0;
            if (lines.Count > 0 && IsBlank(chunks.Peek())) chunks.Pop();
            while (chunks.Count > 0 && length + CodePoints.Count(chunks.Peek()) <= width)
            {
                length += CodePoints.Count(chunks.Peek());
                current.Add(chunks.Pop());
            }

            context.Step();
            if (chunks.Count > 0) context.ChargeLength(chunks.Peek().Length);
            if (chunks.Count > 0 && CodePoints.Count(chunks.Peek()) > width) BreakLong(chunks, current, width - length, breakLong, breakHyphens);
            if (current.Count > 0 && IsBlank(current[^1])) current.RemoveAt(current.Count - 1);
            if (current.Count > 0) lines.Add(string.Concat(current));
        }

        return lines;
    }

    /// <summary>A word longer than a whole line is cut, after a hyphen where there is one, or gets a line of its own.</summary>
    private static void BreakLong(Stack<string> chunks, List<string> current, int space, bool breakLong, bool breakHyphens)
    {
        if (!breakLong)
        {
            if (current.Count == 0) current.Add(chunks.Pop());
            return;
        }

        string word = chunks.Pop();
        int cut = CodePoints.ToUnits(word, Math.Max(1, space));
        if (space < 1 && current.Count > 0)
        {
            chunks.Push(word);
            return;
        }

        if (breakHyphens && word.LastIndexOf('-', cut - 1) is int hyphen and > 0 && word.AsSpan(0, hyphen).ContainsAnyExcept('-')) cut = hyphen + 1;
        current.Add(word[..cut]);
        if (cut < word.Length) chunks.Push(word[cut..]);
    }

    /// <summary>Words and the white space between them; words with hyphens between letters come in parts.</summary>
    private static List<string> Chunks(string line, bool breakHyphens)
    {
        List<string> chunks = [];
        int start = 0;
        for (int at = 1; at <= line.Length; at++)
        {
            bool boundary = at == line.Length || IsSpace(line[at]) != IsSpace(line[at - 1]) || (breakHyphens && IsHyphenBreak(line, at));
            if (!boundary) continue;
            chunks.Add(line[start..at]);
            start = at;
        }

        return chunks;
    }

    private static bool IsHyphenBreak(string line, int at) =>
        at >= 3 && at + 1 < line.Length && line[at - 1] == '-' && char.IsLetter(line[at - 2]) && IsWord(line[at - 3])
        && char.IsLetter(line[at]) && IsWord(line[at + 1]);

    private static bool IsWord(char c) => char.IsLetterOrDigit(c) || c is '_' or '-' or '\'' or '"' or '!' or '.' or ',' or '?';

    private static bool IsSpace(char c) => c is '\t' or '\n' or '\v' or '\f' or '\r' or ' ';

    private static bool IsBlank(string chunk) => StringTrimming.Strip(chunk, null, true, true).Length == 0;
}
