namespace Spa.Engine.Text.Tokenization;

/// <summary>Finds a fixed string, by code units.</summary>
internal sealed class LiteralPattern(string literal) : ITextPattern
{
    public bool TryFind(ReadOnlySpan<char> text, int from, ref long steps, out int start, out int length)
    {
        length = literal.Length;
        int at = text[from..].IndexOf(literal, StringComparison.Ordinal);
        start = from + at;
        return at >= 0;
    }
}
