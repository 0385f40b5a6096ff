namespace Spa.Engine.Text.Tokenization;

/// <summary>Something that can be searched for in a text: a literal, a pattern, or a scanner written for one well-known pattern. Thread-safe.</summary>
internal interface ITextPattern
{
    /// <summary>Finds the first match that begins at or after <paramref name="from"/>.</summary>
    /// <param name="text">UTF-16 text without unpaired surrogates; matches never cut a pair.</param>
    /// <param name="from">Where to begin, between two code points.</param>
    /// <param name="steps">Work left for this text; a pattern that would need more throws <see cref="SpaException"/>. See <see cref="PatternSteps"/>.</param>
    /// <param name="start">First char of the match.</param>
    /// <param name="length">Chars of the match, 0 for an empty match.</param>
    bool TryFind(ReadOnlySpan<char> text, int from, ref long steps, out int start, out int length);
}
