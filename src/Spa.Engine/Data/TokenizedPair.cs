namespace Spa.Engine.Data;

/// <summary>
/// A preference pair in tokens. Both responses continue the same prompt, which may therefore be computed once; only response tokens are
/// scored. Each array holds at least one token. A response that is not complete was cut by the sampler or by the length limit and has no
/// end token. PromptCut tells whether prompt tokens were left out to fit.
/// </summary>
public sealed record TokenizedPair(int[] Prompt, int[] Chosen, int[] Rejected, bool ChosenComplete, bool RejectedComplete, bool PromptCut)
{
    /// <summary>By how much the better reward must exceed the worse; what a reward model's loss subtracts.</summary>
    public double Margin { get; init; }

    /// <summary>Tokens of the longer of the two sequences.</summary>
    public int Length => Prompt.Length + Math.Max(Chosen.Length, Rejected.Length);
}
