using System.Text.Json.Nodes;
using Spa.Engine.Data;
using Spa.Engine.Models;
using Spa.Engine.Training;

namespace Spa.Engine.Pipeline;

/// <summary>
/// log pi_ref of every response, computed once before training: one pass instead of one per epoch, and no second model in memory. A phase of its own, so that
/// it goes on at the row where it was interrupted, and training settings do not make it be done again.
/// </summary>
internal static class ReferenceLogProbs
{
    /// <summary>Examples of <paramref name="pairs"/>, from <paramref name="file"/> where it was made before.</summary>
    /// <param name="reference">pi_ref.</param>
    /// <param name="referenceKey">Hash of what it is.</param>
    /// <param name="pairs">Labelled pairs.</param>
    /// <param name="file">JSON lines, one a pair.</param>
    /// <param name="state">Knows what is done.</param>
    /// <param name="context">Log and cancellation.</param>
    /// <param name="phase">Name in run.json and the log.</param>
    public static IReadOnlyList<PreferenceExample> Precompute(Model reference, string referenceKey, IReadOnlyList<TokenizedPair> pairs, string file, RunState state,
        RunContext context, string phase)
    {
        var inputs = new JsonObject { ["model"] = referenceKey, ["pairs"] = LoopData.Hash(pairs), ["dtype"] = context.Storage };
        state.Run(phase, inputs, [file], context.Log, key =>
        {
            using var rows = new PartialRows(file, key);
            List<PairScore> scores = PairScores.Run(reference, null, pairs, rows, context, phase);
            rows.Commit();
            return new PhaseResult(new JsonObject { ["pairs"] = scores.Count }, scores.Sum(s => (long)s.ChosenTokens + s.RejectedTokens));
        });
        return [.. RowReader.Read(file).Select(r => PairScore.FromJson(r.Json))
            .Zip(pairs, (s, p) => new PreferenceExample(p.Prompt, p.Chosen, p.Rejected, s.Chosen, s.Rejected))];
    }
}
