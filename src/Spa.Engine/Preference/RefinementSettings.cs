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

    /// <summary>What the loss makes of flagged pairs.</summary>
    public FlagEffect Flagged { get; init; }

    /// <summary>Updates after which the policy becomes the reference, again and again within a stage; 0: never.</summary>
    public int ReferenceRefresh { get; init; }

    /// <summary>alpha is 0 while updates done with the reference at hand are fewer than this share of all that are done with it.</summary>
    public double WarmupRatio { get; init; } = 0.2;

    /// <summary>
    /// Whether training needs the reference's logits. lambda 0 makes the extrapolated logits the policy's own, and alpha 0 makes flags
    /// meaningless: then known log-probs of the reference are enough (docs/algorithm.md section 5, defect 18).
    /// </summary>
    public bool NeedsReferenceLogits() => Extrapolation != 0 && FullAlpha != 0;

    /// <summary>Whether training needs the reference itself: its logits, or because it changes.</summary>
    public bool NeedsReference() => NeedsReferenceLogits() || ReferenceRefresh > 0;

    /// <summary>Whether the policy becomes the reference before the update that follows <paramref name="updatesDone"/> others.</summary>
    public bool RefreshesAt(long updatesDone) => ReferenceRefresh > 0 && updatesDone > 0 && updatesDone % ReferenceRefresh == 0;

    /// <summary>
    /// alpha during the update that follows <paramref name="updatesDone"/> others: how much of a flagged pair's label is taken away, which is all of it
    /// where it is flipped or dropped.
    /// </summary>
    public double AlphaAt(long updatesDone, long totalUpdates)
    {
        // A new reference makes all margins 0, as the beginning of a stage does.
        (long done, long total) = ReferenceRefresh == 0 ? (updatesDone, totalUpdates)
            : (updatesDone % ReferenceRefresh, Math.Min(ReferenceRefresh, totalUpdates - updatesDone / ReferenceRefresh * ReferenceRefresh));
        return done < WarmupRatio * total ? 0 : FullAlpha;
    }

    private double FullAlpha => Flagged == FlagEffect.Smooth ? LabelSmoothing : 1;
}
