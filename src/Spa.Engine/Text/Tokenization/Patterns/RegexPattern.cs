namespace Spa.Engine.Text.Tokenization;

/// <summary>
/// A backtracking matcher over code points, leftmost and first-alternative like the reference's engine. .NET's own Regex works on UTF-16
/// units, so its <c>\p{L}</c> never matches a letter outside the basic plane.
/// </summary>
internal sealed class RegexPattern : ITextPattern
{
    private readonly RegexProgram _program;

    /// <exception cref="FormatException">The pattern uses something unknown; the message names it.</exception>
    public RegexPattern(string pattern) => _program = RegexCompiler.Compile(RegexParser.Parse(pattern));

    public bool TryFind(ReadOnlySpan<char> text, int from, ref long steps, out int start, out int length)
    {
        RegexMachine machine = new(_program, text, steps);
        for (start = from; start <= text.Length; start++)
        {
            int end = machine.Match(0, start);
            steps = machine.StepsLeft;
            if (end >= 0)
            {
                length = end - start;
                return true;
            }
            if (start < text.Length && char.IsHighSurrogate(text[start])) start++;
        }
        length = 0;
        return false;
    }
}
