namespace Spa.Engine.Reporting;

/// <summary>A figure of an audit as reports and model cards print it.</summary>
/// <param name="Name">For people.</param>
/// <param name="Style">How it is printed.</param>
/// <param name="Value">Takes it from an audit.</param>
internal sealed record AuditFigure(string Name, NumberStyle Style, Func<IterationAudit, Estimate> Value)
{
    /// <summary>What the responses and pairs are like.</summary>
    public static IReadOnlyList<AuditFigure> OfResponses { get; } =
    [
        new("Pairs", NumberStyle.Count, a => a.Pairs),
        new("Tokens per response", NumberStyle.Number, a => a.ResponseLength),
        new("Responses that ended by themselves", NumberStyle.Percent, a => a.StopRate),
        new("Responses cut at the limit", NumberStyle.Percent, a => a.Cut),
        new("KL to the SFT model, nats per response", NumberStyle.Number, a => a.KlToSft),
        new("The longer answer wins", NumberStyle.Percent, a => a.LongerWins),
        new("Ties", NumberStyle.Percent, a => a.Ties),
        new("Identical responses", NumberStyle.Percent, a => a.Duplicates),
        new("Prompts left out by the filter", NumberStyle.Percent, a => a.Filtered),
        new("Distinct words", NumberStyle.Percent, a => a.DistinctUnigrams),
        new("Distinct bigrams", NumberStyle.Percent, a => a.DistinctBigrams),
        new("Self-BLEU", NumberStyle.Number, a => a.SelfBleu),
        new("Largest difference between sampler and scorer, nats per token", NumberStyle.Number, a => a.SamplerScorerDifference),
    ];

    /// <summary>What training flagged, and whether that finds wrong labels.</summary>
    public static IReadOnlyList<AuditFigure> OfFlags { get; } =
    [
        new("Flagged as noisy", NumberStyle.Percent, a => a.Flagged),
        new("of these, also flagged without extrapolation", NumberStyle.Percent, a => a.FlagOverlap),
        new("Flags that are right (precision)", NumberStyle.Percent, a => a.FlagPrecision),
        new("Wrong labels that are flagged (recall)", NumberStyle.Percent, a => a.FlagRecall),
        new("AUC of the extrapolated margin M", NumberStyle.Number, a => a.ExtrapolatedArea),
        new("AUC of the trained margin D", NumberStyle.Number, a => a.TrainedArea),
    ];

    /// <summary>What the judge's preferences are worth and cost.</summary>
    public static IReadOnlyList<AuditFigure> OfJudge { get; } =
    [
        new("Mean gold score of the responses", NumberStyle.Number, a => a.GoldScore),
        new("Judge agrees with gold labels", NumberStyle.Percent, a => a.JudgeAccuracy),
        new("Calibration error against gold", NumberStyle.Percent, a => a.CalibrationError),
        new("Temperature of the reward", NumberStyle.Number, a => a.Temperature),
        new("Calibration error on the seed pairs, before", NumberStyle.Percent, a => a.SeedErrorBefore),
        new("Calibration error on the seed pairs, after", NumberStyle.Percent, a => a.SeedErrorAfter),
        new("The response shown first wins", NumberStyle.Percent, a => a.FirstShownWins),
        new("Both orders agree", NumberStyle.Percent, a => a.OrdersAgree),
        new("Probability on the two verdicts", NumberStyle.Percent, a => a.VerdictMass),
        new("Answers without a verdict", NumberStyle.Count, a => a.WithoutVerdict),
        new("Requests to the service", NumberStyle.Count, a => a.Requests),
        new("Cost of the service, replies from the cache included", NumberStyle.Number, a => a.Cost),
    ];
}
