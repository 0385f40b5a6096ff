using Spa.Engine.Evaluation.Statistics;

namespace Spa.Engine.Evaluation;

/// <summary>How often a reward orders labelled pairs as people did, in all and by which response is longer; a tie counts half.</summary>
public sealed record PreferenceAccuracy(string Bucket, Interval Accuracy, int Pairs)
{
    /// <summary>Name of the row over all pairs.</summary>
    public const string All = "all pairs";

    // Lengths within a tenth of the longer one count as alike: what is left cannot be explained by length.
    private const double Alike = 0.1;

    private static readonly (string Name, Func<EvaluatedPair, bool> Holds)[] s_buckets =
    [
        (All, _ => true),
        ("chosen shorter", p => !IsAlike(p) && p.ChosenTokens < p.RejectedTokens),
        ("lengths alike", IsAlike),
        ("chosen longer", p => !IsAlike(p) && p.ChosenTokens > p.RejectedTokens),
    ];

    /// <summary>One row per bucket that has pairs, the first over all, with Wilson intervals.</summary>
    public static IReadOnlyList<PreferenceAccuracy> Compute(IReadOnlyList<EvaluatedPair> pairs)
    {
        var rows = new List<PreferenceAccuracy>();
        foreach ((string name, Func<EvaluatedPair, bool> holds) in s_buckets)
        {
            EvaluatedPair[] inside = [.. pairs.Where(holds)];
            if (inside.Length == 0) continue;
            double right = inside.Sum(p => p.Margin > 0 ? 1 : p.Margin == 0 ? 0.5 : 0);
            rows.Add(new PreferenceAccuracy(name, Interval.Proportion(right, inside.Length), inside.Length));
        }
        return rows;
    }

    private static bool IsAlike(EvaluatedPair p) => Math.Abs(p.ChosenTokens - p.RejectedTokens) <= Alike * Math.Max(p.ChosenTokens, p.RejectedTokens);
}
