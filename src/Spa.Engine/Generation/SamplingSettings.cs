namespace Spa.Engine.Generation;

/// <summary>How responses are drawn.</summary>
public sealed record SamplingSettings
{
    /// <summary>0: greedy.</summary>
    public double Temperature { get; init; } = 0.7;

    /// <summary>0: off.</summary>
    public int TopK { get; init; }

    /// <summary>1: off.</summary>
    public double TopP { get; init; } = 1;

    public int MaxNewTokens { get; init; } = 300;

    /// <summary>Responses per prompt.</summary>
    public int Samples { get; init; } = 1;

    /// <summary>Tokens that end a response; the one drawn is its last token.</summary>
    public IReadOnlyList<int> StopTokens { get; init; } = [];

    /// <summary>Strings that end a response; needs a text decoder.</summary>
    public IReadOnlyList<string> StopStrings { get; init; } = [];

    /// <summary>Most probable tokens to report per position; 0: none.</summary>
    public int TopLogProbs { get; init; }

    public ulong Seed { get; init; } = 42;

    /// <summary>Throws unless every setting is in its range.</summary>
    public void Validate()
    {
        if (!(Temperature >= 0) || double.IsInfinity(Temperature)) throw new UsageException($"temperature must be 0 (greedy) or larger, found {Temperature}");
        if (!(TopP > 0 && TopP <= 1)) throw new UsageException($"top_p must be in (0, 1], found {TopP}");
        if (TopK < 0) throw new UsageException($"top_k must be 0 (off) or larger, found {TopK}");
        if (MaxNewTokens < 1) throw new UsageException($"max_new_tokens must be at least 1, found {MaxNewTokens}");
        if (Samples < 1) throw new UsageException($"samples per prompt must be at least 1, found {Samples}");
        if (StopStrings.Any(string.IsNullOrEmpty)) throw new UsageException("a stop string is empty: every response would end at once; leave it out");
        if (TopLogProbs is < 0 or > 1000) throw new UsageException($"top_logprobs must be between 0 and 1000, found {TopLogProbs}");
    }
}
