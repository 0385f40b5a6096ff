using Spa.Engine.Evaluation.Statistics;

namespace Spa.Engine.Evaluation.MtBench;

/// <summary>
/// MT-Bench scores: means of the ratings that could be read, all together, by turn and by category. Intervals are percentile bootstraps over questions, since the two
/// turns of a question belong together.
/// </summary>
public sealed record MtBenchScores
{
    /// <summary>Mean of all ratings.</summary>
    public required Interval Score { get; init; }

    public required Interval FirstTurn { get; init; }

    /// <summary>NaN where there is no second turn.</summary>
    public required Interval SecondTurn { get; init; }

    /// <summary>By category, in the order in which the questions name them.</summary>
    public required IReadOnlyList<KeyValuePair<string, Interval>> Categories { get; init; }

    /// <summary>Ratings that count.</summary>
    public required int Rated { get; init; }

    /// <summary>Judgements without a rating.</summary>
    public required int Unrated { get; init; }

    /// <exception cref="SpaException">Nothing was rated, or a rating belongs to no question.</exception>
    public static MtBenchScores Of(IReadOnlyList<MtBenchQuestion> questions, IReadOnlyList<MtBenchRating> ratings, ulong seed)
    {
        Dictionary<int, string> categories = questions.ToDictionary(q => q.Id, q => q.Category);
        if (ratings.FirstOrDefault(r => !categories.ContainsKey(r.Question)) is { Turn: > 0 } stray)
            throw new SpaException($"question {stray.Question} was judged and is not among the questions");
        MtBenchRating[] rated = [.. ratings.Where(r => r.IsRated)];
        if (rated.Length == 0) throw new SpaException($"none of {ratings.Count} judgements holds a rating such as [[7]]; look at the judge's replies");
        Interval Mean(Func<MtBenchRating, bool> holds)
        {
            IGrouping<int, MtBenchRating>[] groups = [.. rated.Where(holds).GroupBy(r => r.Question).OrderBy(g => g.Key)];
            return Bootstrap.GroupedMean([.. groups.Select(g => g.Sum(r => r.Score))], [.. groups.Select(g => g.Count())], seed);
        }

        return new MtBenchScores
        {
            Score = Mean(_ => true),
            FirstTurn = Mean(r => r.Turn == 1),
            SecondTurn = Mean(r => r.Turn == 2),
            Categories = [.. questions.Select(q => q.Category).Distinct().Select(c => KeyValuePair.Create(c, Mean(r => categories[r.Question] == c)))
                .Where(c => double.IsFinite(c.Value.Value))],
            Rated = rated.Length,
            Unrated = ratings.Count - rated.Length,
        };
    }
}
