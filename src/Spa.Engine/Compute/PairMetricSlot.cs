namespace Spa.Engine.Compute;

/// <summary>Places in the metrics [1, 16] float64 of <see cref="ComputeBackend.RewardMetrics"/>: sums over micro-batches of means, unless it says otherwise.</summary>
public enum PairMetricSlot
{
    Loss,

    /// <summary>Mean over tokens of both responses.</summary>
    Entropy,

    /// <summary>Mean over tokens of chosen responses of the mean logit.</summary>
    LogitsChosen,
    LogitsRejected,

    /// <summary>Share of chosen tokens that were most probable.</summary>
    TokenAccuracy,
    RewardsChosen,
    RewardsRejected,
    RewardAccuracy,
    RewardMargin,
    LogpsChosen,
    LogpsRejected,

    /// <summary>Sum over pairs: how many were flagged.</summary>
    Flagged,

    /// <summary>Sum over pairs of beta M.</summary>
    ExtrapolatedMargin,

    /// <summary>Sum of the thresholds that were numbers.</summary>
    Threshold,

    /// <summary>How many those were.</summary>
    Thresholds,

    /// <summary>Micro-batches.</summary>
    MicroBatches,
}
