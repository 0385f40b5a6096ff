namespace Spa.Engine.Text.Tokenization;

/// <summary>What <see cref="KnownPatterns.Gpt2"/> matches, in one forward pass: a match begins at every position, so nothing is ever skipped.</summary>
internal sealed class Gpt2Scanner : ITextPattern
{
    public bool TryFind(ReadOnlySpan<char> text, int from, ref long steps, out int start, out int length)
    {
        start = from;
        length = from < text.Length ? Measure(text[from..]) : 0;
        return length > 0;
    }

    private static int Measure(ReadOnlySpan<char> text)
    {
        if (text[0] == '\'' && ContractionLength(text) is int contraction and > 0) return contraction;
        int at = text[0] == ' ' && text.Length > 1 ? 1 : 0;
        CharKind kind = CharClasses.KindAt(text, at, out int unit);
        return kind == CharKind.Space ? SpaceLength(text) : ScanRuns.End(text, at + unit, kind);
    }

    private static int ContractionLength(ReadOnlySpan<char> text)
    {
        if (text.Length < 2) return 0;
        if (text[1] is 's' or 't' or 'm' or 'd') return 2;
        if (text.Length < 3) return 0;
        return (text[1], text[2]) is ('r', 'e') or ('v', 'e') or ('l', 'l') ? 3 : 0;
    }

    /// <summary><c>\s+(?!\S)|\s+</c>: a run leaves its last character to the word that follows, unless it is the only one.</summary>
    private static int SpaceLength(ReadOnlySpan<char> text)
    {
        int end = ScanRuns.End(text, 0, CharKind.Space);
        return end == text.Length || end == 1 ? end : end - 1;
    }
}
