namespace Spa.Engine.Compute.Cpu;

/// <summary>The losses of <see cref="PairLossKind"/> and their derivatives, in double.</summary>
internal static class PairFormulas
{
    /// <summary>A loss of x = beta (s_w - s_l): its value and derivative.</summary>
    public static (double Loss, double Slope) OfDifference(PairLossKind kind, double x, double smoothing, double tau)
    {
        switch (kind)
        {
            case PairLossKind.Hinge:
                return (Math.Max(0, 1 - x), x < 1 ? -1 : 0);
            case PairLossKind.ExoPair:
                double win = Logistic.Sigmoid(x), lose = Logistic.Sigmoid(-x), logWin = Math.Log(1 - smoothing), logLose = Math.Log(smoothing);
                return (win * (Logistic.LogSigmoid(x) - logWin) + lose * (Logistic.LogSigmoid(-x) - logLose), win * lose * (x - logWin + logLose));
            case PairLossKind.Robust:
                double weight = 1 / (1 - 2 * smoothing);
                return ((-(1 - smoothing) * Logistic.LogSigmoid(x) + smoothing * Logistic.LogSigmoid(-x)) * weight,
                    (-(1 - smoothing) * Logistic.Sigmoid(-x) - smoothing * Logistic.Sigmoid(x)) * weight);
            case PairLossKind.Discopop:
                double mix = Logistic.Sigmoid(x / tau), slope = mix * Logistic.Sigmoid(-x / tau) / tau, e = Math.Exp(-x), log = Logistic.LogSigmoid(x);
                return (-log * (1 - mix) + e * mix, -Logistic.Sigmoid(-x) * (1 - mix) + log * slope - e * mix + e * slope);
            default:
                return Smoothed(x, smoothing);
        }
    }

    /// <summary>-(1 - e) log sigmoid(x) - e log sigmoid(-x). 1 - sigmoid(x) is written sigmoid(-x), which keeps its digits when x is large.</summary>
    public static (double Loss, double Slope) Smoothed(double x, double smoothing)
    {
        double loss = -(1 - smoothing) * Logistic.LogSigmoid(x);
        if (smoothing != 0) loss -= smoothing * Logistic.LogSigmoid(-x);
        return (loss, -(Logistic.Sigmoid(-x) - smoothing));
    }

    /// <summary>A loss that takes what the two responses are worth apart; derivatives are by these.</summary>
    /// <param name="kind">Formula.</param>
    /// <param name="chosen">s_w.</param>
    /// <param name="rejected">s_l.</param>
    /// <param name="beta">Strength of the penalty.</param>
    public static (double Loss, double DChosen, double DRejected) OfResponses(PairLossKind kind, double chosen, double rejected, double beta)
    {
        double c = beta * chosen, r = beta * rejected;
        switch (kind)
        {
            case PairLossKind.NcaPair:
                return (-Logistic.LogSigmoid(c) - 0.5 * Logistic.LogSigmoid(-c) - 0.5 * Logistic.LogSigmoid(-r), beta * (0.5 * Logistic.Sigmoid(c) - Logistic.Sigmoid(-c)),
                    beta * 0.5 * Logistic.Sigmoid(r));
            case PairLossKind.BcoPair:
                return (-Logistic.LogSigmoid(c) - Logistic.LogSigmoid(-r), -beta * Logistic.Sigmoid(-c), beta * Logistic.Sigmoid(r));
            case PairLossKind.SppoHard:
                double win = chosen - 0.5 / beta, lose = rejected + 0.5 / beta;
                return (win * win + lose * lose, 2 * win, 2 * lose);
            default:
                return (Logistic.Sigmoid(-c) + Logistic.Sigmoid(r), -beta * Logistic.Sigmoid(c) * Logistic.Sigmoid(-c), beta * Logistic.Sigmoid(r) * Logistic.Sigmoid(-r));
        }
    }

    /// <summary>What a log-ratio is worth, and its derivative.</summary>
    public static (double Score, double Slope) Score(PairDivergence divergence, double ratio, double alpha)
    {
        switch (divergence)
        {
            case PairDivergence.ForwardKl:
                double inverse = Math.Exp(-ratio);
                return (-inverse, inverse);
            case PairDivergence.JensenShannon:
                return (Logistic.LogSigmoid(ratio), Logistic.Sigmoid(-ratio));
            case PairDivergence.Alpha:
                double t = (alpha - 1) * ratio, e = Math.Exp(Math.Min(t, 80));
                return (e / (alpha - 1), t > 80 ? 0 : e);
            default:
                return (ratio, 1);
        }
    }
}
