using System.Text.Json.Nodes;
using Spa.Engine.Models;
using Spa.Engine.Preference;

namespace Spa.Engine.Pipeline.RowFiles;

/// <summary>
/// <c>spa judge</c> with the implicit reward, beta (log pi - log pi_ref): the best against the worst response of a row is a preference row. Both
/// models score the responses here, because the rows may come from any sampler.
/// </summary>
public static class JudgeRows
{
    private const string Phase = "judge";

    /// <summary>Judges all rows behind the last one that <paramref name="sink"/> has, in order.</summary>
    /// <returns>How many rows had which outcome, of those judged now.</returns>
    public static IReadOnlyDictionary<JudgeOutcome, long> Run(
        JudgeFile file, Model policy, Model? reference, double beta, RowSink sink, RunLog log, CancellationToken cancel)
    {
        // Rows without a pair leave no line, so the last line's index tells where to go on.
        long done = sink.Last?["index"]?.GetValue<long>() + 1 ?? 0;
        if (done > 0) log.Notice($"{Phase}: continues behind {done} of {file.Count} rows");
        Dictionary<JudgeOutcome, long> outcomes = [];
        using Scorer scorer = new(policy, reference, 0, file.LargestRow);
        RowScoring.Run(scorer, file.Rows().Skip(checked((int)done)), (row, scores) =>
        {
            double[] rewards = [.. scores.Select(s => beta * (s.Logp - (s.ReferenceLogp ?? 0)))];
            JudgedPair pair = JudgedPair.BestAgainstWorst(rewards, (a, b) => row.Responses[a].AsSpan().SequenceEqual(row.Responses[b]), i => IsEmpty(row, i));
            outcomes[pair.Outcome] = outcomes.GetValueOrDefault(pair.Outcome) + 1;
            if (pair.Outcome == JudgeOutcome.Pair) sink.Write(Result(row, pair, rewards, done));
            log.Progress(Phase, ++done, file.Count, "rows");
        }, cancel);
        sink.Commit();
        return outcomes;
    }

    /// <summary>No token, or nothing but the end token.</summary>
    private static bool IsEmpty(ScoredRow row, int response) => row.Responses[response].Length == 0
        || row.Responses[response].Length == 1 && row.Source["responses"]![response]!["finish_reason"]?.ToString() == "stop";

    private static JsonObject Result(ScoredRow row, JudgedPair pair, double[] rewards, long index)
    {
        JsonArray responses = row.Source["responses"]!.AsArray();
        JsonObject chosen = responses[pair.Chosen]!.AsObject(), rejected = responses[pair.Rejected]!.AsObject();
        JsonObject result = new() { ["index"] = index };
        foreach ((string key, JsonNode? value) in row.Source)
            if (key is not ("responses" or "index")) result[key] = value?.DeepClone();
        bool messages = row.Source["prompt"] is JsonArray;
        if (chosen["text"] is { } better) result["chosen"] = Answer(better, messages);
        if (rejected["text"] is { } worse) result["rejected"] = Answer(worse, messages);
        // Tokens as they were drawn: text would be tokenised otherwise where it is read again.
        result["prompt_ids"] = ResponseJson.Numbers(row.Prompt);
        result["chosen_ids"] = ResponseJson.Numbers(row.Responses[pair.Chosen]);
        result["rejected_ids"] = ResponseJson.Numbers(row.Responses[pair.Rejected]);
        if (chosen["finish_reason"] is { } chosenEnd) result["chosen_finish_reason"] = chosenEnd.DeepClone();
        if (rejected["finish_reason"] is { } rejectedEnd) result["rejected_finish_reason"] = rejectedEnd.DeepClone();
        result["rewards"] = new JsonArray([.. rewards.Select(reward => (JsonNode)reward)]);
        result["margin"] = pair.Margin;
        result["probability"] = pair.Probability;
        result["judge"] = "implicit";
        return result;
    }

    private static JsonNode Answer(JsonNode text, bool asMessages) =>
        asMessages ? new JsonArray(new JsonObject { ["role"] = "assistant", ["content"] = text.DeepClone() }) : text.DeepClone();
}
