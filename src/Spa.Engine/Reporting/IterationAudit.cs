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

    /// <summary>Share of prompts with fewer than two responses behind the filter.</summary>
    public Estimate Filtered { get; init; } = Estimate.None;

    /// <summary>Distinct tokens over all tokens of the responses.</summary>
    public Estimate DistinctUnigrams { get; init; } = Estimate.None;

    /// <summary>Distinct bigrams over all bigrams of the responses.</summary>
    public Estimate DistinctBigrams { get; init; } = Estimate.None;

    /// <summary>BLEU of responses against each other, in [0, 1]: the higher, the more alike they are.</summary>
    public Estimate SelfBleu { get; init; } = Estimate.None;

    /// <summary>With gold labels: mean gold score of the responses.</summary>
    public Estimate GoldScore { get; init; } = Estimate.None;

    /// <summary>With gold labels: share of pairs the judge ordered as the labels do.</summary>
    public Estimate JudgeAccuracy { get; init; } = Estimate.None;

    /// <summary>With gold labels: expected calibration error of the judge.</summary>
    public Estimate CalibrationError { get; init; } = Estimate.None;

    /// <summary>With gold labels: the judge's accuracy by its confidence.</summary>
    public IReadOnlyList<CalibrationPoint> CalibrationCurve { get; init; } = [];

    /// <summary>With gold labels: the judge's accuracy by quarters of its margin.</summary>
    public IReadOnlyList<MarginPart> AccuracyByMargin { get; init; } = [];

    /// <summary>With gold labels: share of the flagged pairs whose label is wrong.</summary>
    public Estimate FlagPrecision { get; init; } = Estimate.None;

    /// <summary>With gold labels: share of the wrong labels that are flagged.</summary>
    public Estimate FlagRecall { get; init; } = Estimate.None;

    /// <summary>With gold labels: how well the extrapolated margin tells wrong labels from right ones, 0.5 for not at all.</summary>
    public Estimate ExtrapolatedArea { get; init; } = Estimate.None;

    /// <summary>The same of the margin without extrapolation.</summary>
    public Estimate TrainedArea { get; init; } = Estimate.None;

    /// <summary>By which the reward was divided.</summary>
    public Estimate Temperature { get; init; } = Estimate.None;

    /// <summary>Expected calibration error on the seed pairs before that.</summary>
    public Estimate SeedErrorBefore { get; init; } = Estimate.None;

    /// <summary>And after it.</summary>
    public Estimate SeedErrorAfter { get; init; } = Estimate.None;

    /// <summary>Of a judge that compares: how often it prefers what it is shown first.</summary>
    public Estimate FirstShownWins { get; init; } = Estimate.None;

    /// <summary>How often it says the same in both orders.</summary>
    public Estimate OrdersAgree { get; init; } = Estimate.None;

    /// <summary>Its probability of giving a verdict at all.</summary>
    public Estimate VerdictMass { get; init; } = Estimate.None;

    /// <summary>Answers without one.</summary>
    public Estimate WithoutVerdict { get; init; } = Estimate.None;

    /// <summary>Requests to a service.</summary>
    public Estimate Requests { get; init; } = Estimate.None;

    /// <summary>What they cost, in the unit of the configured prices.</summary>
    public Estimate Cost { get; init; } = Estimate.None;

    /// <summary>Largest difference between a response's log-prob as sampled and as scored afterwards, nats per token.</summary>
    public Estimate SamplerScorerDifference { get; init; } = Estimate.None;
}
