namespace Spa.Engine.Reporting;

/// <summary>
/// What was measured about the data of one iteration (docs/algorithm.md section 4.5); what was not measured stays <see cref="Estimate.None"/>.
/// </summary>
public sealed record IterationAudit
{
    /// <summary>Folder name of the stage.</summary>
    public required string Stage { get; init; }

    /// <summary>Distribution of beta*M over the pairs.</summary>
    public HistogramData? Margins { get; init; }

    /// <summary>beta*M below which pairs were flagged; NaN without one.</summary>
    public double Threshold { get; init; } = double.NaN;

    /// <summary>Number of pairs trained on.</summary>
    public Estimate Pairs { get; init; } = Estimate.None;

    /// <summary>Share of pairs flagged as noisy.</summary>
    public Estimate Flagged { get; init; } = Estimate.None;

    /// <summary>Of the pairs flagged with extrapolation, the share also flagged without it.</summary>
    public Estimate FlagOverlap { get; init; } = Estimate.None;

    /// <summary>Tokens per response.</summary>
    public Estimate ResponseLength { get; init; } = Estimate.None;

    /// <summary>Share of responses that ended by themselves.</summary>
    public Estimate StopRate { get; init; } = Estimate.None;

    /// <summary>KL from the sampling model to the SFT model, nats per response.</summary>
    public Estimate KlToSft { get; init; } = Estimate.None;

    /// <summary>Share of pairs whose chosen response is the longer one.</summary>
    public Estimate LongerWins { get; init; } = Estimate.None;

    /// <summary>Share of prompts whose responses got equal rewards.</summary>
    public Estimate Ties { get; init; } = Estimate.None;

    /// <summary>Share of prompts whose responses were identical.</summary>
    public Estimate Duplicates { get; init; } = Estimate.None;

    /// <summary>Share of responses cut at the token limit.</summary>
    public Estimate Cut { get; init; } = Estimate.None;

    /// <summary>Distinct bigrams over all bigrams of the responses.</summary>
    public Estimate DistinctBigrams { get; init; } = Estimate.None;

    /// <summary>With gold labels: share of pairs the judge ordered as the labels do.</summary>
    public Estimate JudgeAccuracy { get; init; } = Estimate.None;

    /// <summary>Largest difference between a response's log-prob as sampled and as scored afterwards, nats per token.</summary>
    public Estimate SamplerScorerDifference { get; init; } = Estimate.None;
}
