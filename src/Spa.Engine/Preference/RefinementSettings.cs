using Spa.Engine.Compute;

namespace Spa.Engine.Preference;

/// <summary>Noise-aware training of one stage (docs/algorithm.md section 2).</summary>
public sealed record RefinementSettings
{
    /// <summary>alpha: label smoothing of flagged pairs.</summary>
    public double LabelSmoothing { get; init; } = 0.1;

    /// <summary>K: share of pairs that count as noisy.</summary>
    public double NoiseQuantile { get; init; } = 0.1;

    /// <summary>lambda: how far logits are extrapolated away from the reference; 0: not at all.</summary>
    public double Extrapolation { get; init; } = 0.5;

    public NoiseRule Threshold { get; init; }

    /// <summary>alpha is 0 while updates done are fewer than this share of the stage's updates.</summary>
    public double WarmupRatio { get; init; } = 0.2;

    /// <summary>
    /// Whether training needs the reference's logits. lambda 0 makes the extrapolated logits the policy's own, and alpha 0 makes flags
    /// meaningless: then known log-probs of the reference are enough (docs/algorithm.md section 5, defect 18).
    /// </summary>
    public bool NeedsReferenceLogits() => Extrapolation != 0 && LabelSmoothing != 0;

    /// <summary>alpha during the update that follows <paramref name="updatesDone"/> others.</summary>
    public double AlphaAt(long updatesDone, long totalUpdates) => updatesDone < WarmupRatio * totalUpdates ? 0 : LabelSmoothing;
}
