using Spa.Engine.Compute;

namespace Spa.Engine.Training;

/// <summary>
/// What a reward model minimises (Bradley and Terry 1952; TRL's RewardTrainer): L = -log sigmoid(r_c - r_r - m) + c (r_c + r_r)^2, with the pair's margin m (Touvron et al. 2023,
/// equation 2) and c the centring of Eisenstein et al. 2023.
/// </summary>
/// <param name="Centring">c; 0: rewards have no origin.</param>
public sealed record RewardObjective(double Centring = 0)
{
    /// <summary>The loss of a pair and its derivatives.</summary>
    public RewardLoss Of(double chosen, double rejected, double margin)
    {
        double difference = chosen - rejected - margin, sum = chosen + rejected;
        double push = -Logistic.Sigmoid(-difference), pull = 2 * Centring * sum;
        return new RewardLoss(-Logistic.LogSigmoid(difference) + Centring * sum * sum, push + pull, pull - push);
    }
}
