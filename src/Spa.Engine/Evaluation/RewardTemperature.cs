using Spa.Engine.Compute;

namespace Spa.Engine.Evaluation;

/// <summary>
/// The temperature T that makes labels most likely under p = sigmoid(margin / T): temperature scaling (Guo et al. 2017) of a reward. The order of pairs stays,
/// their probabilities change.
/// </summary>
public static class RewardTemperature
{
    // A mean size of margin / T outside of this says that labels are separable, or unrelated to margins: no finite T is best. The scale of the margins says
    // nothing: a reward per token is a hundredth of one per response.
    private const double Smallest = 1e-3, Largest = 10;

    // Halves the interval of 1/T to the last bit of a double.
    private const int Halvings = 64;

    /// <summary>Mean of -log sigmoid(margin / T), nats a pair.</summary>
    public static double NegativeLogLikelihood(ReadOnlySpan<double> margins, double temperature)
    {
        double sum = 0;
        foreach (double margin in margins) sum -= Logistic.LogSigmoid(margin / temperature);
        return sum / margins.Length;
    }

    /// <summary>The best T, with a mean size of margin / T in [0.001, 10]; 1 where all margins are 0.</summary>
    /// <param name="margins">Reward of the response that the label prefers minus that of the other.</param>
    public static double Fit(ReadOnlySpan<double> margins)
    {
        // Sums are taken in order of size: the fit is that of the pairs, whatever their order.
        double[] sorted = margins.ToArray();
        Array.Sort(sorted);
        double size = 0;
        foreach (double margin in sorted) size += Math.Abs(margin) / sorted.Length;
        if (size == 0) return 1;
        double low = Smallest / size, high = Largest / size;
        // The likelihood is concave in s = 1/T: its slope, the sum of m sigmoid(-s m), falls with s.
        for (int i = 0; i < Halvings; i++)
        {
            double middle = Math.Sqrt(low * high), slope = 0;
            foreach (double margin in sorted) slope += margin * Logistic.Sigmoid(-middle * margin);
            if (slope > 0) low = middle;
            else high = middle;
        }

        return 1 / Math.Sqrt(low * high);
    }
}
