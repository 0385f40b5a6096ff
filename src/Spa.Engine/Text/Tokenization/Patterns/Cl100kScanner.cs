namespace Spa.Engine.Text.Tokenization;

/// <summary>
/// What <see cref="KnownPatterns.Llama3"/> and <see cref="KnownPatterns.Qwen2"/> match, in one forward pass. The alternatives are tried in
/// the pattern's order; some match begins at every position.
/// </summary>
/// <param name="maxDigits">How many digits may stay together.</param>
internal sealed class Cl100kScanner(int maxDigits) : ITextPattern
{
    public bool TryFind(ReadOnlySpan<char> text, int from, ref long steps, out int start, out int length)
    {
        start = from;
        length = from < text.Length ? Measure(text[from..]) : 0;
        return length > 0;
    }

    private int Measure(ReadOnlySpan<char> text)
    {
        char first = text[0];
        if (first == '\'' && ContractionLength(text) is int contraction and > 0) return contraction;
        CharKind kind = CharClasses.KindAt(text, 0, out int unit);
        if (kind == CharKind.Letter) return ScanRuns.End(text, unit, CharKind.Letter);
        if (kind == CharKind.Number) return NumberLength(text, unit);
        bool hasNext = unit < text.Length;
        CharKind next = hasNext ? CharClasses.KindAt(text, unit, out _) : CharKind.Space;
        if (next == CharKind.Letter && first is not ('\r' or '\n')) return ScanRuns.End(text, unit, CharKind.Letter);
        if (kind == CharKind.Other) return SymbolLength(text, unit);
        if (first == ' ' && next == CharKind.Other) return SymbolLength(text, 1);
        return SpaceLength(text);
    }

    /// <summary><c>(?i:'s|'t|'re|'ve|'m|'ll|'d)</c>; the long s (U+017F) is an s when case is ignored.</summary>
    private static int ContractionLength(ReadOnlySpan<char> text)
    {
        if (text.Length < 2) return 0;
        if (text[1] == '\u017F') return 2;
        int second = text[1] | 0x20;
        if (text[1] < 0x80 && second is 's' or 't' or 'm' or 'd') return 2;
        if (text.Length < 3 || text[1] >= 0x80 || text[2] >= 0x80) return 0;
        return (second, text[2] | 0x20) is ('r', 'e') or ('v', 'e') or ('l', 'l') ? 3 : 0;
    }

    private int NumberLength(ReadOnlySpan<char> text, int at)
    {
        for (int digits = 1; digits < maxDigits && at < text.Length; digits++)
        {
            if (CharClasses.KindAt(text, at, out int unit) != CharKind.Number) break;
            at += unit;
        }
        return at;
    }

    /// <summary><c>[^\s\p{L}\p{N}]+[\r\n]*</c></summary>
    private static int SymbolLength(ReadOnlySpan<char> text, int at)
    {
        at = ScanRuns.End(text, at, CharKind.Other);
        while (at < text.Length && text[at] is '\r' or '\n') at++;
        return at;
    }

    /// <summary><c>\s*[\r\n]+|\s+(?!\S)|\s+</c>: up to the last line break of the run; else all but the last character, which the next word takes.</summary>
    private static int SpaceLength(ReadOnlySpan<char> text)
    {
        int end = ScanRuns.End(text, 0, CharKind.Space);
        int lineBreak = text[..end].LastIndexOfAny('\r', '\n');
        if (lineBreak >= 0) return lineBreak + 1;
        return end == text.Length || end == 1 ? end : end - 1;
    }
}
