using Spa.Engine.Compute;

namespace Spa.Engine.Preference;

/// <summary>What a judge makes of the responses to one prompt.</summary>
/// <param name="Outcome">Whether they give a pair.</param>
/// <param name="Chosen">Index of the best response.</param>
/// <param name="Rejected">Index of the worst.</param>
/// <param name="Margin">Reward of the best minus reward of the worst.</param>
public readonly record struct JudgedPair(JudgeOutcome Outcome, int Chosen, int Rejected, double Margin)
{
    /// <summary>p(chosen is better) = sigmoid(margin), Bradley and Terry.</summary>
    public double Probability => Logistic.Sigmoid(Margin);

    /// <summary>
    /// The best against the worst of K responses by reward, where the worst is not the best once more; among equals the earlier sample is the better one.
    /// Identical responses hold no preference, an empty one teaches nothing, equal rewards rank nothing: such prompts give no pair and are counted by their outcome.
    /// </summary>
    public static JudgedPair BestAgainstWorst(ReadOnlySpan<double> rewards, Func<int, int, bool> identical, Func<int, bool> empty)
    {
        int best = -1, worst = -1, usable = 0;
        for (int i = 0; i < rewards.Length; i++)
        {
            if (empty(i)) continue;
            usable++;
            if (!double.IsFinite(rewards[i])) return new JudgedPair(JudgeOutcome.NotFinite, i, i, double.NaN);
            if (best < 0 || rewards[i] > rewards[best]) best = i;
        }
        if (usable < 2) return new JudgedPair(JudgeOutcome.Empty, 0, 0, 0);
        for (int i = 0; i < rewards.Length; i++)
        {
            // A judge by chance can give equal responses the highest and the lowest reward.
            if (i == best || empty(i) || identical(best, i)) continue;
            if (worst < 0 || rewards[i] <= rewards[worst]) worst = i;
        }
        if (worst < 0) return new JudgedPair(JudgeOutcome.Identical, best, best, 0);
        double margin = rewards[best] - rewards[worst];
        return new JudgedPair(margin > 0 ? JudgeOutcome.Pair : JudgeOutcome.Tie, best, worst, margin);
    }
}
