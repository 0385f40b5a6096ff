namespace Spa.Engine.Text.Tokenization;

/// <summary>Runs a pattern over a piece and cuts at its matches.</summary>
internal static class PatternSplit
{
    /// <param name="piece">The piece; the pattern sees nothing outside of it.</param>
    /// <param name="pattern">The pattern.</param>
    /// <param name="behavior">What becomes of its matches.</param>
    /// <param name="invert">Whether the stretches between the matches count as the matches.</param>
    /// <param name="output">Gets the parts.</param>
    public static void Apply(in Piece piece, ITextPattern pattern, SplitBehavior behavior, bool invert, List<Piece> output)
    {
        ReadOnlySpan<char> text = piece.Span;
        MatchSplitter splitter = new(piece, behavior, output);
        long steps = PatternSteps.For(text.Length);
        int done = 0, from = 0;
        while (from <= text.Length && pattern.TryFind(text, from, ref steps, out int start, out int length))
        {
            from = start + length;
            if (length == 0) from += start < text.Length && char.IsHighSurrogate(text[start]) ? 2 : 1;
            if (length == 0 && start == done && done > 0) continue; // right behind a match: it cuts nothing
            if (start > done) splitter.Add(done, start, invert);
            splitter.Add(start, start + length, !invert);
            done = start + length;
        }
        if (done < text.Length) splitter.Add(done, text.Length, invert);
        splitter.Finish();
    }

    /// <summary>Cuts at single code points of one class.</summary>
    public static void Apply(in Piece piece, Func<int, bool> isMatch, SplitBehavior behavior, List<Piece> output)
    {
        ReadOnlySpan<char> text = piece.Span;
        MatchSplitter splitter = new(piece, behavior, output);
        int done = 0;
        for (int at = 0; at < text.Length;)
        {
            bool matched = isMatch(CharClasses.CodePointAt(text, at, out int unit));
            if (matched)
            {
                if (at > done) splitter.Add(done, at, false);
                splitter.Add(at, at + unit, true);
                done = at + unit;
            }
            at += unit;
        }
        if (done < text.Length) splitter.Add(done, text.Length, false);
        splitter.Finish();
    }
}
