namespace Spa.Engine.Text;

/// <summary>What to train; the defaults are those of Hugging Face's BpeTrainer with its byte-level alphabet.</summary>
public sealed record BpeTrainerOptions
{
    /// <summary>Tokens in all, special ones and the 256 bytes included. Training ends earlier when nothing is left to merge.</summary>
    public int VocabularySize { get; init; } = 30_000;

    /// <summary>They take the first ids, in this order.</summary>
    public IReadOnlyList<string> SpecialTokens { get; init; } = [];

    /// <summary>A pair that occurs less often is not merged.</summary>
    public long MinimumFrequency { get; init; }
}
