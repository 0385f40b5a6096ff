using Spa.Engine.Data;
using Spa.Engine.Models;

namespace Spa.Engine.Pipeline;

/// <summary>Scores labelled pairs into rows that survive an interruption.</summary>
internal static class PairScores
{
    /// <summary>All scores in order: those that <paramref name="rows"/> begins with, and then the rest, each appended when it is there.</summary>
    /// <param name="policy">The model that is scored.</param>
    /// <param name="reference">pi_ref, or null.</param>
    /// <param name="pairs">The pairs.</param>
    /// <param name="rows">Rows of this phase; one a pair from the first on.</param>
    /// <param name="context">Log and cancellation.</param>
    /// <param name="phase">Name in the log.</param>
    public static List<PairScore> Run(Model policy, Model? reference, IReadOnlyList<TokenizedPair> pairs, PartialRows rows, RunContext context, string phase)
    {
        List<PairScore> scores = [.. rows.Existing.Take(pairs.Count).Select(PairScore.FromJson)];
        int first = scores.Count;
        if (first == pairs.Count) return scores;
        if (first > 0) context.Log.Notice($"{phase}: continues behind {first} of {pairs.Count} pairs");
        TokenizedPair[] left = [.. pairs.Skip(first)];
        using var scorer = new Scorer(policy, reference, 0, left.Max(p => PackedBatch.RowsFor(p.Prompt.Length, p.Chosen.Length, p.Rejected.Length)));
        context.Log.Progress(phase, first, pairs.Count, "pairs");
        scorer.Score([.. left.Select(p => new ScoreItem(p.Prompt, [p.Chosen, p.Rejected]))], (i, s) =>
        {
            var score = new PairScore(s[0].Logp, s[1].Logp, s[0].ReferenceLogp, s[1].ReferenceLogp, left[i].Chosen.Length, left[i].Rejected.Length);
            rows.Append(score.ToJson());
            scores.Add(score);
            context.Log.Progress(phase, scores.Count, pairs.Count, "pairs");
        }, context.Cancel);
        return scores;
    }
}
