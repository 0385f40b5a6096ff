namespace Spa.Engine.Preference;

/// <summary>Which pairs of the K responses to a prompt are taken.</summary>
public enum PairSelection : byte
{
    /// <summary>One pair: the best against the worst (docs/algorithm.md section 1).</summary>
    BestWorst,

    /// <summary>Every two responses that differ, K (K - 1) / 2 pairs at most.</summary>
    All,

    /// <summary>One pair: the best against one of the others by chance, which keeps more of what the model really says among the rejected.</summary>
    TopRandom,
}
