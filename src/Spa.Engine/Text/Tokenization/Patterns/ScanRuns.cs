namespace Spa.Engine.Text.Tokenization;

/// <summary>Where a run of one kind of characters ends.</summary>
internal static class ScanRuns
{
    /// <summary>The first index from <paramref name="at"/> on whose code point is not of <paramref name="kind"/>.</summary>
    public static int End(ReadOnlySpan<char> text, int at, CharKind kind)
    {
        while (at < text.Length && CharClasses.KindAt(text, at, out int unit) == kind) at += unit;
        return at;
    }
}
