namespace Spa.Engine.Text.Tokenization;

/// <summary>
/// The bound on backtracking. The patterns of real tokenizers take some ten steps a character, a pattern that backtracks without end is a
/// mistake or an attack, so it is stopped at a figure linear in the text.
/// </summary>
internal static class PatternSteps
{
    private const int PerChar = 256;

    /// <summary>Steps that all searches through a text of <paramref name="length"/> chars may take together.</summary>
    public static long For(int length) => PerChar * (length + 64L);
}
