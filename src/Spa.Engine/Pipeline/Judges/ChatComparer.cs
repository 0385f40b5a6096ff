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

    // FastChat's, for a judge that explains.
    private const int LongestExplanation = 2048;

    public string Name => chat.Name;

    public JsonObject? Usage => chat.Usage;

    public void Compare(IReadOnlyList<PairQuestion> questions, Action<int, PairAnswer> done, CancellationToken cancel)
    {
        (int longest, int alternatives) = prompt.AsksForMark ? (LongestExplanation, 0) : (Math.Max(prompt.FirstVerdict.Length, prompt.SecondVerdict.Length), Alternatives);
        PairAnswer?[] answers = new PairAnswer?[questions.Count];
        int next = 0;
        chat.Complete([.. questions.Select((q, i) => new ChatRequest(prompt.Fill(q), longest, 0, (uint)i, alternatives))], (i, reply) =>
        {
            answers[i] = Read(reply);
            for (; next < answers.Length && answers[next] is { } answer; next++) done(next, answer);
        }, cancel);
    }

    public void Dispose() => chat.Dispose();

    /// <summary>
    /// exp(lp(first)) / (exp(lp(first)) + exp(lp(second))) over the alternatives; one that is not among them counts 0, and if neither is there is no verdict.
    /// Without alternatives the reply must hold one of FastChat's [[A]], [[B]], [[C]], or begin with one of the verdicts.
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

    // As a word of its own: "Answer B is better" does not say A.
    private static bool BeginsWith(string said, string verdict) =>
        said.StartsWith(verdict, StringComparison.Ordinal) && (said.Length == verdict.Length || !char.IsLetterOrDigit(said[verdict.Length]));

    private PairAnswer ReadText(string text)
    {
        foreach ((string mark, double wins) in new[] { ("[[A]]", 1.0), ("[[B]]", 0.0), ("[[C]]", 0.5) })
            if (text.Contains(mark, StringComparison.Ordinal)) return new PairAnswer(wins, Reply: text);
        string said = text.TrimStart();
        if (BeginsWith(said, prompt.FirstVerdict)) return new PairAnswer(1, Reply: text);
        if (BeginsWith(said, prompt.SecondVerdict)) return new PairAnswer(0, Reply: text);
        return PairAnswer.None(text);
    }
}
