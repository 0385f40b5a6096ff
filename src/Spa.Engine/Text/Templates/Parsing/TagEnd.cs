namespace Spa.Engine.Text.Templates;

/// <summary>What the end of a tag takes with it.</summary>
internal static class TagEnd
{
    /// <summary>
    /// Position after the two characters at <paramref name="close"/> that end a tag: after all white space for <c>-</c>, and without a
    /// sign after one line break if the kind of tag trims it.
    /// </summary>
    public static int After(string source, int close, char sign, bool trimLine)
    {
        int position = close + 2;
        if (sign == '-') return PythonSpace.SkipForward(source, position);
        return sign != '+' && trimLine && position < source.Length && source[position] == '\n' ? position + 1 : position;
    }
}
