namespace Spa.Engine.Training;

/// <summary>One supervised example: tokens and which of them are scored.</summary>
public sealed record ResponseExample(int[] Ids, bool[] Scored)
{
    /// <summary>A prompt followed by a response of which every token is scored.</summary>
    public static ResponseExample From(int[] prompt, int[] response)
    {
        var scored = new bool[prompt.Length + response.Length];
        Array.Fill(scored, true, prompt.Length, response.Length);
        return new ResponseExample([.. prompt, .. response], scored);
    }

    /// <summary>Tokens that are scored; the first of a sequence never is.</summary>
    public int ScoredCount { get; } = Scored.Skip(1).Count(s => s);
}
