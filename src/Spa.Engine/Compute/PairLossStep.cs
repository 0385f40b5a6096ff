namespace Spa.Engine.Compute;

/// <summary>One loss over the pairs of a micro-batch.</summary>
/// <param name="Kind">Formula.</param>
/// <param name="Beta">Strength of the divergence's penalty.</param>
/// <param name="Smoothing">e: share of labels taken as flipped.</param>
/// <param name="Scale">Of every coefficient: 1 / (pairs of the micro-batch * micro-batches of the update) makes the gradient of the mean.</param>
/// <param name="Weight">Of this loss among others.</param>
/// <param name="Divergence">What a log-ratio is worth.</param>
/// <param name="Alpha">Of <see cref="PairDivergence.Alpha"/>; at 1 it is reverse KL.</param>
/// <param name="Tau">Temperature of <see cref="PairLossKind.Discopop"/>.</param>
/// <param name="Tail">ld_alpha (Liu et al. 2024): weight of tokens behind the shorter response's length; as the scores were summed.</param>
/// <param name="Flagged">What <see cref="PairLossKind.Sigmoid"/> does with flagged pairs.</param>
/// <param name="Accumulate">Add to the losses and derivatives that the results hold.</param>
public readonly record struct PairLossStep(PairLossKind Kind, double Beta, double Smoothing, double Scale, double Weight = 1, PairDivergence Divergence = PairDivergence.ReverseKl,
    double Alpha = 1, double Tau = 0.05, double Tail = 1, FlagEffect Flagged = FlagEffect.Smooth, bool Accumulate = false)
{
    /// <summary>The divergence with its limit: alpha 1 is reverse KL.</summary>
    internal PairDivergence EffectiveDivergence => Divergence == PairDivergence.Alpha && Math.Abs(Alpha - 1) < 1e-6 ? PairDivergence.ReverseKl : Divergence;

    /// <summary>The loss of a pair depends on the others of its micro-batch.</summary>
    internal bool NeedsMicroBatch => Kind is PairLossKind.Sft or PairLossKind.Aot or PairLossKind.AotUnpaired;

    /// <summary>Throws where settings have no meaning together.</summary>
    internal void Check(string op, bool weighted = false)
    {
        if (!(Beta > 0) || double.IsInfinity(Beta)) throw new ArgumentException($"{op}: expected a beta above 0, found {Beta}");
        if (!(Smoothing >= 0 && Smoothing <= 1)) throw new ArgumentException($"{op}: expected a label smoothing in [0, 1], found {Smoothing}");
        if (Kind == PairLossKind.ExoPair && (Smoothing == 0 || Smoothing == 1)) throw new ArgumentException($"{op}: {Kind} needs a label smoothing inside (0, 1), found {Smoothing}");
        if (Kind == PairLossKind.Robust && Smoothing >= 0.5) throw new ArgumentException($"{op}: {Kind} needs a label smoothing below 0.5, found {Smoothing}");
        if (Kind == PairLossKind.Sft && Tail != 1) throw new ArgumentException($"{op}: {Kind} counts every token once, found a weight of {Tail} for tails");
        if (weighted && NeedsMicroBatch)
            throw new ArgumentException($"{op}: {Kind} is a loss of the whole micro-batch, a pair's weight has no meaning in it");
        if (Kind == PairLossKind.Discopop && !(Tau > 0)) throw new ArgumentException($"{op}: {Kind} needs a temperature above 0, found {Tau}");
    }
}
