namespace Spa.Engine.Text.Tokenization;

/// <summary>A stretch of text on its way through the pre-tokenizers: <paramref name="Length"/> chars of <paramref name="Text"/>.</summary>
/// <param name="Text">The string it lies in; a step that rewrites text makes a new one.</param>
/// <param name="Start">First char.</param>
/// <param name="Length">Chars, at least 1.</param>
/// <param name="AtStart">Whether it begins the whole text that is encoded (Metaspace's scheme <c>first</c> asks).</param>
internal readonly record struct Piece(string Text, int Start, int Length, bool AtStart)
{
    public ReadOnlySpan<char> Span => Text.AsSpan(Start, Length);

    /// <summary>A part, by offsets relative to this piece.</summary>
    public Piece Slice(int start, int end) => new(Text, Start + start, end - start, AtStart && start == 0);
}
