namespace Spa.Engine.Data;

/// <summary>A sequence of which some tokens are learned or scored.</summary>
/// <param name="Tokens">[n] ids, n >= 2.</param>
/// <param name="Scored">[n]; true where the token is a target. The first token never is: nothing stands before it.</param>
/// <param name="Complete">False where the sampler or the length limit cut the end: there is no end token then.</param>
public sealed record TokenizedExample(int[] Tokens, bool[] Scored, bool Complete)
{
    /// <summary>Number of targets.</summary>
    public int ScoredCount => Scored.AsSpan().Count(true);
}
