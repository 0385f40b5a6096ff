namespace Spa.Engine.Compute.Cpu;

/// <summary>Loss and derivatives of the pairs of a micro-batch; scores [P, 6], segments [2P, 2].</summary>
internal readonly unsafe struct PairLossKernel(Tensor scores, Tensor segments, Tensor flags, PairLossStep step)
{
    private const int PolicyChosen = 0, PolicyRejected = 1, ReferenceChosen = 2, ReferenceRejected = 3, ExtrapolatedChosen = 4, ExtrapolatedRejected = 5;

    private int Pairs => (int)scores.Rows;

    /// <summary>Value and derivatives by log pi of the two responses.</summary>
    public (double Loss, double DChosen, double DRejected) Of(int pair)
    {
        double* s = Score(pair);
        double chosenRatio = s[PolicyChosen] - s[ReferenceChosen], rejectedRatio = s[PolicyRejected] - s[ReferenceRejected], beta = step.Beta;
        (double chosen, double chosenSlope) = PairFormulas.Score(step.EffectiveDivergence, chosenRatio, step.Alpha);
        (double rejected, double rejectedSlope) = PairFormulas.Score(step.EffectiveDivergence, rejectedRatio, step.Alpha);
        // The four sums in the order of PairLogProbs.Margin.
        double difference = step.EffectiveDivergence == PairDivergence.ReverseKl ? s[PolicyChosen] - s[PolicyRejected] - (s[ReferenceChosen] - s[ReferenceRejected]) : chosen - rejected;
        switch (step.Kind)
        {
            case PairLossKind.Aot or PairLossKind.AotUnpaired:
                return OfRanks(pair);
            case PairLossKind.Sft:
                double weight = (double)Pairs / Math.Max(1, ChosenTokens());
                return (-s[PolicyChosen] * weight, -weight, 0);
            case PairLossKind.NcaPair or PairLossKind.BcoPair or PairLossKind.SppoHard:
                (double both, double dChosen, double dRejected) = PairFormulas.OfResponses(step.Kind, chosen, rejected, beta);
                return (both, dChosen * chosenSlope, dRejected * rejectedSlope);
            case PairLossKind.ApoZero:
                return PairFormulas.OfResponses(step.Kind, chosenRatio, rejectedRatio, beta);
            case PairLossKind.ApoDown:
                double c = beta * chosenRatio, x = beta * difference, steep = Logistic.Sigmoid(x) * Logistic.Sigmoid(-x);
                return (Logistic.Sigmoid(c) + Logistic.Sigmoid(-x), beta * (Logistic.Sigmoid(c) * Logistic.Sigmoid(-c) - steep * chosenSlope), beta * steep * rejectedSlope);
            case PairLossKind.Ipo or PairLossKind.SigmoidNorm:
                return OfMeans(pair, chosen, rejected, chosenSlope, rejectedSlope);
            default:
                bool flagged = step.Kind == PairLossKind.Sigmoid && !flags.IsAbsent && flags.Ints()[pair] != 0;
                if (flagged && step.Flagged == FlagEffect.Drop) return (0, 0, 0);
                (double loss, double slope) = PairFormulas.OfDifference(step.Kind, beta * difference, Smoothing(s, flagged), step.Tau);
                return (loss, beta * slope * chosenSlope, -(beta * slope) * rejectedSlope);
        }
    }

    // Share of the label that counts as its opposite.
    private double Smoothing(double* s, bool flagged)
    {
        if (step.Kind != PairLossKind.Sigmoid || flags.IsAbsent) return step.Smoothing;
        if (!flagged) return 0;
        if (step.Flagged == FlagEffect.Smooth) return step.Smoothing;
        return s[ExtrapolatedChosen] - s[ExtrapolatedRejected] - (s[ReferenceChosen] - s[ReferenceRejected]) < 0 ? 1 : 0;
    }

    // Losses of what a token is worth on average.
    private (double Loss, double DChosen, double DRejected) OfMeans(int pair, double chosen, double rejected, double chosenSlope, double rejectedSlope)
    {
        double chosenLength = Math.Max(1, Length(2 * pair)), rejectedLength = Math.Max(1, Length(2 * pair + 1)), difference = chosen / chosenLength - rejected / rejectedLength;
        double error = difference - 0.5 / step.Beta;
        (double loss, double slope) = step.Kind == PairLossKind.Ipo ? (error * error, 2 * error) : Scaled(PairFormulas.Smoothed(step.Beta * difference, 0));
        return (loss, slope * chosenSlope / chosenLength, -slope * rejectedSlope / rejectedLength);
    }

    // Losses of order statistics: the pair's value meets the one of its rank.
    private (double Loss, double DChosen, double DRejected) OfRanks(int pair)
    {
        (int minus, int to) = step.Kind == PairLossKind.Aot ? (PolicyRejected, ReferenceChosen) : (ReferenceChosen, PolicyRejected);
        double own = Difference(pair, PolicyChosen, minus), other = AtRank(Rank(pair, PolicyChosen, minus), to, ReferenceRejected);
        (double loss, double slope) = Scaled(PairFormulas.Smoothed(step.Beta * (own - other), step.Smoothing));
        if (step.Kind == PairLossKind.Aot) return (loss, slope, -slope);
        // The rejected response meets another chosen one than its own; the loss is counted with the chosen.
        double worst = Difference(pair, PolicyRejected, ReferenceRejected), best = AtRank(Rank(pair, PolicyRejected, ReferenceRejected), PolicyChosen, ReferenceChosen);
        return (loss, slope, -Scaled(PairFormulas.Smoothed(step.Beta * (best - worst), step.Smoothing)).Slope);
    }

    private (double Loss, double Slope) Scaled((double Loss, double Slope) value) => (value.Loss, step.Beta * value.Slope);

    private double* Score(int pair) => (double*)scores.Address + (long)pair * PairColumns.Scores;

    private int Length(int response) => segments.Ints()[2 * response + 1];

    private long ChosenTokens()
    {
        long tokens = 0;
        for (int pair = 0; pair < Pairs; pair++) tokens += Length(2 * pair);
        return tokens;
    }

    private double Difference(int pair, int column, int minus) => Score(pair)[column] - Score(pair)[minus];

    // How many come before it, ties by index.
    private int Rank(int pair, int column, int minus)
    {
        int rank = 0;
        double own = Difference(pair, column, minus);
        for (int i = 0; i < Pairs; i++)
        {
            double value = Difference(i, column, minus);
            if (value < own || (value == own && i < pair)) rank++;
        }
        return rank;
    }

    private double AtRank(int rank, int column, int minus)
    {
        for (int i = 0; i < Pairs; i++)
            if (Rank(i, column, minus) == rank) return Difference(i, column, minus);
        return double.NaN;
    }
}
