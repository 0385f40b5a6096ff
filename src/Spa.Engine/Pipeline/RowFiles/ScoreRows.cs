using System.Text.Json.Nodes;
using Spa.Engine.Models;

namespace Spa.Engine.Pipeline.RowFiles;

/// <summary><c>spa score</c>: every row gets the log-probs, rewards and margins of its responses.</summary>
public static class ScoreRows
{
    private const string Phase = "score";

    /// <summary>Scores all rows that <paramref name="sink"/> does not have yet, in order.</summary>
    /// <param name="file">The rows.</param>
    /// <param name="policy">The model that is scored.</param>
    /// <param name="reference">pi_ref, or null.</param>
    /// <param name="options">Beta, lambda, what to write.</param>
    /// <param name="sink">Gets the rows: the input's fields, then the result's, which win.</param>
    /// <param name="log">Progress.</param>
    /// <param name="cancel">Asks to stop; the rows so far are kept.</param>
    public static void Run(ScoreFile file, Model policy, Model? reference, ScoreOptions options, RowSink sink, RunLog log, CancellationToken cancel)
    {
        long done = sink.Done;
        if (done > 0) log.Notice($"{Phase}: continues behind {done} of {file.Count} rows");
        using Scorer scorer = new(policy, reference, options.Lambda, file.LargestRow);
        RowScoring.Run(scorer, file.Rows().Skip(checked((int)done)), (row, scores) =>
        {
            sink.Write(Result(row, scores, options));
            log.Progress(Phase, ++done, file.Count, "rows");
        }, cancel);
        sink.Commit();
    }

    /// <summary>The result of one row.</summary>
    internal static JsonObject Result(ScoredRow row, ScoredResponse[] scores, ScoreOptions options)
    {
        JsonObject result = (JsonObject)row.Source.DeepClone();
        if (scores.Length == 1)
        {
            JsonObject response = ResponseJson.Of(scores[0], options.Beta, options.TokenLogps);
            foreach ((string key, JsonNode? value) in response) result[key] = value?.DeepClone();
            return result;
        }

        result["chosen"] = ResponseJson.Of(scores[0], options.Beta, options.TokenLogps);
        result["rejected"] = ResponseJson.Of(scores[1], options.Beta, options.TokenLogps);
        if (ResponseJson.Margins(scores[0], scores[1], options.Beta) is not { } margins) return result;
        result["margin"] = margins.Margin;
        result["ext_margin"] = margins.ExtrapolatedMargin;
        return result;
    }
}
