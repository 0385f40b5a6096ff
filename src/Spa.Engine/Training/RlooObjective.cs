namespace Spa.Engine.Training;

/// <summary>
/// REINFORCE with a leave-one-out baseline (Ahmadian et al. 2024; TRL's RLOOTrainer). Of K responses to a prompt with rewards r and log-ratios to the reference k_i = log pi_old(y_i) -
/// log pi_ref(y_i): R_i = r_i - beta k_i, A_i = R_i - mean over j != i of R_j, and L = -mean over i of min(rho_i A_i, clip(rho_i, 1 - epsilon, 1 + epsilon) A_i) with
/// rho_i = pi(y_i) / pi_old(y_i) of whole responses.
/// </summary>
public sealed record RlooObjective
{
    // Added to the deviation that advantages are divided by; TRL's.
    private const double Least = 1e-4;

    /// <summary>Strength of the KL penalty.</summary>
    public required double Beta { get; init; }

    /// <summary>How far a ratio may go before its gain stops counting.</summary>
    public double Epsilon { get; init; } = 0.2;

    /// <summary>Advantages of an update are shifted and scaled to mean 0 and deviation 1.</summary>
    public bool Normalized { get; init; }

    /// <summary>A of every response.</summary>
    /// <param name="rewards">R, prompt after prompt.</param>
    /// <param name="samples">K, at least 2.</param>
    /// <param name="advantages">As many as rewards.</param>
    public void Advantages(ReadOnlySpan<double> rewards, int samples, Span<double> advantages)
    {
        for (int first = 0; first < rewards.Length; first += samples)
        {
            double sum = 0;
            for (int i = first; i < first + samples; i++) sum += rewards[i];
            for (int i = first; i < first + samples; i++) advantages[i] = rewards[i] - (sum - rewards[i]) / (samples - 1);
        }
        if (!Normalized) return;
        double mean = 0, square = 0;
        foreach (double a in advantages) mean += a / advantages.Length;
        foreach (double a in advantages) square += (a - mean) * (a - mean);
        double deviation = Math.Sqrt(square / (advantages.Length - 1)) + Least;
        foreach (ref double a in advantages) a = (a - mean) / deviation;
    }

    /// <summary>Loss of a response and its derivative by log pi(y).</summary>
    /// <param name="logp">log pi(y), nats.</param>
    /// <param name="old">log pi_old(y).</param>
    /// <param name="advantage">A.</param>
    public RlooLoss Of(double logp, double old, double advantage)
    {
        double ratio = Math.Exp(logp - old), clipped = Math.Clamp(ratio, 1 - Epsilon, 1 + Epsilon);
        bool isClipped = clipped * advantage < ratio * advantage;
        return new RlooLoss(-(isClipped ? clipped : ratio) * advantage, isClipped ? 0 : -ratio * advantage, isClipped);
    }
}
