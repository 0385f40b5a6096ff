using Spa.Engine.Data;
using Spa.Engine.Models;
using Spa.Engine.Training;

namespace Spa.Engine.Pipeline;

/// <summary>log pi_ref of every response, computed once before training: one pass instead of one per epoch, and no second model in memory.</summary>
internal static class ReferenceLogProbs
{
    public static IReadOnlyList<PreferenceExample> Precompute(Model reference, IReadOnlyList<TokenizedPair> pairs, RunContext context, string phase)
    {
        var examples = new PreferenceExample[pairs.Count];
        using var scorer = new Scorer(reference, null, 0, pairs.Max(p => PackedBatch.RowsFor(p.Prompt.Length, p.Chosen.Length, p.Rejected.Length)));
        context.Log.Progress(phase, 0, pairs.Count, "pairs");
        scorer.Score([.. pairs.Select(p => new ScoreItem(p.Prompt, [p.Chosen, p.Rejected]))], (i, scores) =>
        {
            TokenizedPair pair = pairs[i];
            examples[i] = new PreferenceExample(pair.Prompt, pair.Chosen, pair.Rejected, scores[0].Logp, scores[1].Logp);
            context.Log.Progress(phase, i + 1, pairs.Count, "pairs");
        }, context.Cancel);
        return examples;
    }
}
