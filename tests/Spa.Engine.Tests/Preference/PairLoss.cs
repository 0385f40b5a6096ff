using Spa.Engine.Compute;

namespace Spa.Engine.Tests.Preference;

/// <summary>The loss of one pair and its derivatives.</summary>
/// <param name="Loss">Value.</param>
/// <param name="DChosen">d loss / d log pi_theta(y_w).</param>
/// <param name="DRejected">d loss / d log pi_theta(y_l).</param>
internal readonly record struct PairLoss(double Loss, double DChosen, double DRejected)
{
    /// <summary>
    /// Noise-aware DPO (docs/algorithm.md section 2): -(1 - alpha z) log sigmoid(beta D) - alpha z log sigmoid(-beta D), whose derivative by D is
    /// -beta (1 - alpha z - sigmoid(beta D)). alpha z = 0 is plain DPO (Rafailov et al. 2023).
    /// </summary>
    /// <param name="margin">D.</param>
    /// <param name="beta">Strength of the KL penalty.</param>
    /// <param name="smoothing">alpha z: the label smoothing of this pair.</param>
    public static PairLoss Refined(double margin, double beta, double smoothing)
    {
        double x = beta * margin, loss = -(1 - smoothing) * Logistic.LogSigmoid(x);
        if (smoothing != 0) loss -= smoothing * Logistic.LogSigmoid(-x);
        double slope = -beta * (Logistic.Sigmoid(-x) - smoothing);
        return new PairLoss(loss, slope, -slope);
    }
}
