namespace Spa.Engine.Data;

/// <summary>
/// The raw form of hh-rlhf: turns that begin with <c>"\n\nHuman:"</c> or <c>"\n\nAssistant:"</c>. Only these marks, with both line feeds,
/// split; one space after the colon belongs to the mark. Joining <c>"\n\n" + name + ": " + content</c> gives the raw string back.
/// </summary>
internal static class Transcript
{
    private const string Human = "\n\nHuman:";
    private const string Assistant = "\n\nAssistant:";

    /// <summary>The turns of <paramref name="raw"/>; empty where there is no mark.</summary>
    /// <param name="raw">The whole conversation.</param>
    /// <param name="before">The text that stands before the first mark.</param>
    public static List<Message> Parse(string raw, out string before)
    {
        List<Message> turns = [];
        int mark = NextMark(raw, 0);
        before = mark < 0 ? raw : raw[..mark];
        while (mark >= 0)
        {
            bool human = string.CompareOrdinal(raw, mark, Human, 0, Human.Length) == 0;
            int begin = mark + (human ? Human.Length : Assistant.Length);
            if (begin < raw.Length && raw[begin] == ' ') begin++;
            mark = NextMark(raw, begin);
            turns.Add(new Message(human ? Message.User : Message.Assistant, mark < 0 ? raw[begin..] : raw[begin..mark]));
        }

        return turns;
    }

    private static int NextMark(string raw, int from)
    {
        for (int at = from; (at = raw.IndexOf("\n\n", at, StringComparison.Ordinal)) >= 0; at++)
        {
            ReadOnlySpan<char> rest = raw.AsSpan(at);
            if (rest.StartsWith(Human, StringComparison.Ordinal) || rest.StartsWith(Assistant, StringComparison.Ordinal)) return at;
        }

        return -1;
    }
}
