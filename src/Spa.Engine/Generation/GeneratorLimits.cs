namespace Spa.Engine.Generation;

/// <summary>How much is computed at once. No limit changes a response.</summary>
public sealed record GeneratorLimits
{
    /// <summary>Responses in flight.</summary>
    public int LiveSequences { get; init; } = 64;

    /// <summary>Rows of one step: continued responses plus tokens of prompts being read.</summary>
    public int StepRows { get; init; } = 256;

    /// <summary>Memory for keys and values.</summary>
    public long CacheBytes { get; init; } = 2L << 30;
}
