using System.Text.Json.Nodes;

namespace Spa.Engine.Pipeline.Judges;

/// <summary>
/// A chat model behind an interface that gives text and at most a few alternatives of the first token: the verdict is read from these, as AlpacaEval does,
/// or from the reply where there are none.
/// </summary>
/// <param name="chat">Who is asked.</param>
/// <param name="prompt">How.</param>
public sealed class ChatComparer(IChatModel chat, PairPrompt prompt) : IPairComparer
{
    // AlpacaEval's, and the most that all services give.
    private const int Alternatives = 5;

    public string Name => chat.Name;

    public JsonObject? Usage => chat.Usage;

    public void Compare(IReadOnlyList<PairQuestion> questions, Action<int, PairAnswer> done, CancellationToken cancel)
    {
        int longest = Math.Max(prompt.FirstVerdict.Length, prompt.SecondVerdict.Length);
        PairAnswer?[] answers = new PairAnswer?[questions.Count];
        int next = 0;
        chat.Complete([.. questions.Select((q, i) => new ChatRequest(prompt.Fill(q), longest, 0, (uint)i, Alternatives))], (i, reply) =>
        {
            answers[i] = Read(reply);
            for (; next < answers.Length && answers[next] is { } answer; next++) done(next, answer);
        }, cancel);
    }

    public void Dispose() => chat.Dispose();

    /// <summary>
    /// exp(lp(first)) / (exp(lp(first)) + exp(lp(second))) over the alternatives; one that is not among them counts 0, and if neither is there is no verdict.
    /// Without alternatives the reply must begin with one of the verdicts, or hold one of FastChat's [[A]], [[B]], [[C]].
    /// </summary>
    internal PairAnswer Read(ChatReply reply)
    {
        if (reply.FirstToken is not { Count: > 0 } tokens || prompt.FirstVerdict[0] == prompt.SecondVerdict[0]) return ReadText(reply.Text);
        // The verdicts as they are, as AlpacaEval reads them; where neither is there, tokens with white space around them and first parts of longer verdicts.
        double first = Mass(tokens, token => token == prompt.FirstVerdict), second = Mass(tokens, token => token == prompt.SecondVerdict);
        if (first + second == 0) (first, second) = (Mass(tokens, token => Begins(prompt.FirstVerdict, token)), Mass(tokens, token => Begins(prompt.SecondVerdict, token)));
        return first + second > 0 ? new PairAnswer(first / (first + second), first + second, reply.Text) : PairAnswer.None(reply.Text);
    }

    private static double Mass(IReadOnlyList<KeyValuePair<string, double>> tokens, Func<string, bool> says) => tokens.Where(t => says(t.Key)).Sum(t => Math.Exp(t.Value));

    private static bool Begins(string verdict, string token) => token.Trim() is { Length: > 0 } said && verdict.StartsWith(said, StringComparison.Ordinal);

    private PairAnswer ReadText(string text)
    {
        string said = text.TrimStart();
        if (said.StartsWith(prompt.FirstVerdict, StringComparison.Ordinal)) return new PairAnswer(1, Reply: text);
        if (said.StartsWith(prompt.SecondVerdict, StringComparison.Ordinal)) return new PairAnswer(0, Reply: text);
        foreach ((string mark, double wins) in new[] { ("[[A]]", 1.0), ("[[B]]", 0.0), ("[[C]]", 0.5) })
            if (text.Contains(mark, StringComparison.Ordinal)) return new PairAnswer(wins, Reply: text);
        return PairAnswer.None(text);
    }
}
