using Spa.Engine.Compute;

namespace Spa.Engine.Preference;

/// <summary>Takes pairs from rewards. Every decision that gives no pair is kept with its outcome, so that all can be counted.</summary>
public static class PairSelections
{
    // Separates these draws from all others with the same seed.
    private const uint Purpose = 0x7061_6972;

    /// <summary>The names in configuration files and on the command line.</summary>
    public static IReadOnlyList<string> Names { get; } = ["best_worst", "all", "top_random"];

    /// <exception cref="UsageException">There is no such selection.</exception>
    public static PairSelection Parse(string name)
    {
        int index = Names.ToList().IndexOf(name);
        return index >= 0 ? (PairSelection)index : throw new UsageException($"pairs: expected {string.Join(", ", Names)}; found '{name}'");
    }

    /// <summary>
    /// The decisions for one prompt, at least one. Empty responses are passed over, and so is a response that equals an earlier one: with
    /// <see cref="PairSelection.All"/> each such duplicate is a decision of its own with the outcome <see cref="JudgeOutcome.Identical"/>.
    /// </summary>
    /// <param name="selection">Which pairs.</param>
    /// <param name="rewards">One per response.</param>
    /// <param name="identical">Whether two responses are the same.</param>
    /// <param name="empty">Whether a response is empty.</param>
    /// <param name="seed">Of <see cref="PairSelection.TopRandom"/>.</param>
    /// <param name="row">Number of the prompt, for the same.</param>
    public static IReadOnlyList<JudgedPair> Select(PairSelection selection, ReadOnlySpan<double> rewards, Func<int, int, bool> identical, Func<int, bool> empty,
        ulong seed = 0, uint row = 0)
    {
        JudgedPair first = JudgedPair.BestAgainstWorst(rewards, identical, empty);
        bool several = first.Outcome is JudgeOutcome.Pair or JudgeOutcome.Tie or JudgeOutcome.NotFinite;
        if (selection == PairSelection.BestWorst || !several) return [first];
        var distinct = new List<int>();
        var decisions = new List<JudgedPair>();
        for (int i = 0; i < rewards.Length; i++)
        {
            if (empty(i)) continue;
            int same = distinct.FindIndex(other => identical(other, i));
            if (same < 0) distinct.Add(i);
            else decisions.Add(new JudgedPair(JudgeOutcome.Identical, distinct[same], i, 0));
        }

        if (selection == PairSelection.TopRandom) return [first.Outcome == JudgeOutcome.NotFinite ? first : TopAgainstRandom(rewards, distinct, seed, row)];
        for (int i = 0; i < distinct.Count; i++)
            for (int j = i + 1; j < distinct.Count; j++) decisions.Add(Decide(rewards, distinct[i], distinct[j]));
        return decisions;
    }

    private static JudgedPair TopAgainstRandom(ReadOnlySpan<double> rewards, List<int> distinct, ulong seed, uint row)
    {
        int top = distinct[0];
        foreach (int i in distinct)
            if (rewards[i] > rewards[top]) top = i;
        distinct.Remove(top);
        return Decide(rewards, top, distinct[(int)((ulong)Philox.Next(seed, row, 0, 0, Purpose).X * (uint)distinct.Count >> 32)]);
    }

    private static JudgedPair Decide(ReadOnlySpan<double> rewards, int a, int b)
    {
        double margin = rewards[a] - rewards[b];
        if (!double.IsFinite(margin)) return new JudgedPair(JudgeOutcome.NotFinite, a, b, double.NaN);
        (int chosen, int rejected) = margin >= 0 ? (a, b) : (b, a);
        return new JudgedPair(margin == 0 ? JudgeOutcome.Tie : JudgeOutcome.Pair, chosen, rejected, Math.Abs(margin));
    }
}
