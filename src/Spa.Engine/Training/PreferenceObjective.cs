using Spa.Engine.Compute;

namespace Spa.Engine.Training;

/// <summary>What a preference stage minimises: one loss of a pair, or several that are added. Names and meanings are TRL's.</summary>
public sealed record PreferenceObjective
{
    /// <summary>Strength of the KL penalty.</summary>
    public required double Beta { get; init; }

    /// <summary>The losses and their weights.</summary>
    public IReadOnlyList<(PairLossKind Kind, double Weight)> Losses { get; init; } = [(PairLossKind.Sigmoid, 1)];

    /// <summary>Share of labels taken as flipped, for every pair; with refinement the sigmoid loss has its own.</summary>
    public double LabelSmoothing { get; init; }

    /// <summary>What a log-ratio is worth.</summary>
    public PairDivergence Divergence { get; init; }

    /// <summary>Of <see cref="PairDivergence.Alpha"/>.</summary>
    public double DivergenceAlpha { get; init; } = 1;

    /// <summary>Temperature of <see cref="PairLossKind.Discopop"/>.</summary>
    public double Tau { get; init; } = 0.05;

    /// <summary>ld_alpha: weight of tokens behind the shorter response's length.</summary>
    public double Tail { get; init; } = 1;

    /// <summary>use_weighting: pairs count as much as the policy is likely to draw them.</summary>
    public bool Weighted { get; init; }

    /// <summary>Sums over whole responses under the reference are of use; else its token log-probs are needed.</summary>
    public bool TakesReferenceSums => Tail == 1;

    /// <summary>The loss at <paramref name="index"/> for a micro-batch whose coefficients are scaled by <paramref name="scale"/>.</summary>
    /// <param name="index">In <see cref="Losses"/>.</param>
    /// <param name="scale">1 / (pairs * micro-batches).</param>
    /// <param name="smoothing">Of the sigmoid loss's flagged pairs; null: <see cref="LabelSmoothing"/> of all.</param>
    /// <param name="flagged">What that loss does with them.</param>
    internal PairLossStep Step(int index, double scale, double? smoothing, FlagEffect flagged = FlagEffect.Smooth)
    {
        (PairLossKind kind, double weight) = Losses[index];
        double own = kind == PairLossKind.Sigmoid ? smoothing ?? LabelSmoothing : LabelSmoothing;
        return new PairLossStep(kind, Beta, own, scale, weight, Divergence, DivergenceAlpha, Tau, Tail, flagged, Accumulate: index > 0);
    }

    /// <summary>Throws where settings have no meaning together.</summary>
    internal void Check()
    {
        if (Losses.Count == 0) throw new ArgumentException("a preference stage needs a loss");
        for (int i = 0; i < Losses.Count; i++) Step(i, 1, null).Check(nameof(PreferenceObjective), Weighted);
    }
}
