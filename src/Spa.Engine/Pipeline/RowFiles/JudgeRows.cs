using System.Text.Json.Nodes;
using Spa.Engine.Pipeline.Judges;
using Spa.Engine.Preference;

namespace Spa.Engine.Pipeline.RowFiles;

/// <summary><c>spa judge</c>: rows with several responses become preference rows.</summary>
public static class JudgeRows
{
    private const string Phase = "judge";

    // Rows judged between two looks at the cancellation; a service is asked for many at once.
    private const int Chunk = 128;

    /// <summary>Judges all rows behind the last one that <paramref name="sink"/> has, in order.</summary>
    /// <param name="file">The rows.</param>
    /// <param name="judge">Who judges.</param>
    /// <param name="pairs">Which pairs of a row are taken.</param>
    /// <param name="seed">Of a selection by chance.</param>
    /// <param name="sink">Gets the pairs.</param>
    /// <param name="log">Told how far it is.</param>
    /// <param name="cancel">Ends the work between two rows.</param>
    /// <returns>How many decisions had which outcome, and what the comparisons were like, of the rows from number <c>First</c> on.</returns>
    public static (IReadOnlyDictionary<JudgeOutcome, long> Outcomes, JudgeStatistics Statistics, long First) Run(
        JudgeFile file, IResponseJudge judge, PairSelection pairs, ulong seed, RowSink sink, RunLog log, CancellationToken cancel)
    {
        // Rows without a pair leave no line, so the last line tells where to go on; of several pairs of its row some may be missing.
        long done = sink.Last?["index"]?.GetValue<long>() ?? -1;
        int written = pairs == PairSelection.All && sink.Last is { } last ? last["pair"]!.GetValue<int>() + 1 : 0;
        if (written == 0) done++;
        if (done > 0) log.Notice($"{Phase}: continues behind {done} of {file.Count} rows");
        Dictionary<JudgeOutcome, long> outcomes = [];
        JudgeStatistics statistics = new();
        // What a service said about earlier rows is in its cache: it is read again, so that all figures are those of the whole file.
        long begin = judge.Usage is null ? done : 0, next = begin;
        foreach (JudgeFileRow[] chunk in file.Rows().Skip(checked((int)next)).Chunk(Chunk))
        {
            cancel.ThrowIfCancellationRequested();
            judge.Judge([.. chunk.Select(row => row.Row)], (i, verdict) =>
            {
                SampledResponse[] responses = chunk[i].Row.Responses;
                IReadOnlyList<JudgedPair> decisions = PairSelections.Select(pairs, verdict.Rewards, (a, b) => responses[a].SameAs(responses[b]), r => responses[r].IsEmpty, seed,
                    (uint)chunk[i].Row.Index);
                statistics.Add(verdict.Details);
                foreach (JudgedPair pair in decisions) outcomes[pair.Outcome] = outcomes.GetValueOrDefault(pair.Outcome) + 1;
                if (next++ < done) return;
                JudgedPair[] kept = [.. decisions.Where(d => d.Outcome == JudgeOutcome.Pair)];
                for (int k = written; k < kept.Length; k++) sink.Write(Result(chunk[i], kept[k], pairs == PairSelection.All ? k : null, verdict, judge.Name));
                written = 0;
                log.Progress(Phase, ++done, file.Count, "rows");
            }, cancel);
        }

        sink.Commit();
        return (outcomes, statistics, begin);
    }

    private static JsonObject Result(JudgeFileRow row, JudgedPair pair, int? number, RowVerdict verdict, string judge)
    {
        JsonArray responses = row.Source["responses"]!.AsArray();
        JsonObject chosen = responses[pair.Chosen]!.AsObject(), rejected = responses[pair.Rejected]!.AsObject();
        JsonObject result = new() { ["index"] = row.Row.Index };
        if (number is { } k) result["pair"] = k;
        foreach ((string key, JsonNode? value) in row.Source)
            if (key is not ("responses" or "index" or "pair")) result[key] = value?.DeepClone();
        bool messages = row.Source["prompt"] is JsonArray;
        if (chosen["text"] is { } better) result["chosen"] = Answer(better, messages);
        if (rejected["text"] is { } worse) result["rejected"] = Answer(worse, messages);
        AddTokens(result, row.Row, pair);
        if (chosen["finish_reason"] is { } chosenEnd) result["chosen_finish_reason"] = chosenEnd.DeepClone();
        if (rejected["finish_reason"] is { } rejectedEnd) result["rejected_finish_reason"] = rejectedEnd.DeepClone();
        result["rewards"] = new JsonArray([.. verdict.Rewards.Select(reward => double.IsFinite(reward) ? (JsonNode)reward : null)]);
        result["margin"] = pair.Margin;
        result["probability"] = pair.Probability;
        result["judge"] = judge;
        if (verdict.Details is not null) result["judgement"] = verdict.Details.DeepClone();
        return result;
    }

    // Tokens as they were drawn: text would be tokenised otherwise where it is read again. Rows of text alone have none.
    private static void AddTokens(JsonObject result, SampledRow row, JudgedPair pair)
    {
        int[] chosen = row.Responses[pair.Chosen].Ids, rejected = row.Responses[pair.Rejected].Ids;
        if (row.PromptIds.Length > 0) result["prompt_ids"] = ResponseJson.Numbers(row.PromptIds);
        if (!result.ContainsKey("prompt_ids") || chosen.Length == 0 || rejected.Length == 0) return;
        result["chosen_ids"] = ResponseJson.Numbers(chosen);
        result["rejected_ids"] = ResponseJson.Numbers(rejected);
    }

    private static JsonNode Answer(JsonNode text, bool asMessages) =>
        asMessages ? new JsonArray(new JsonObject { ["role"] = "assistant", ["content"] = text.DeepClone() }) : text.DeepClone();
}
