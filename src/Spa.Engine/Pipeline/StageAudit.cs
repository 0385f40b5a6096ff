using System.Text.Json;
using System.Text.Json.Nodes;
using Spa.Engine.Evaluation;
using Spa.Engine.Evaluation.Statistics;
using Spa.Engine.Generation;
using Spa.Engine.Pipeline.Judges;
using Spa.Engine.Preference;

namespace Spa.Engine.Pipeline;

/// <summary>audit.json: what the data of an iteration is like (docs/algorithm.md section 4.5), and afterwards what training flagged.</summary>
internal static class StageAudit
{
    private static readonly string[] s_ofTraining = ["extrapolated_margins", "flagged", "largest_flagged_margin"];

    public static JsonSerializerOptions Indented { get; } = new() { WriteIndented = true };

    /// <summary>Figures of samples and pairs.</summary>
    /// <param name="rows">All decisions.</param>
    /// <param name="beta">Turns rewards into log-ratios.</param>
    /// <param name="samplerScorerDifference">Largest per token.</param>
    /// <param name="againstSft">Rewards are against pi_sft, so their mean estimates the KL divergence from it.</param>
    public static JsonObject OfJudgement(IReadOnlyList<JudgedRow> rows, double beta, double samplerScorerDifference, bool againstSft)
    {
        // A prompt has several decisions where several pairs are taken of it.
        JudgedRow[] prompts = [.. rows.DistinctBy(r => r.Sampled)];
        SampledResponse[] responses = [.. prompts.SelectMany(r => r.Sampled.Responses)];
        JudgedRow[] pairs = [.. rows.Where(r => r.IsPair)];
        int cut = responses.Count(r => r.FinishReason == FinishReason.Length);
        var audit = new JsonObject
        {
            ["prompts"] = prompts.Length,
            ["responses"] = responses.Length,
            ["pairs"] = pairs.Length,
            ["outcomes"] = new JsonObject(Enum.GetValues<JudgeOutcome>()
                .Select(o => KeyValuePair.Create(o.ToString().ToLowerInvariant(), (JsonNode?)rows.Count(r => r.Pair.Outcome == o)))),
            ["response_length"] = ToJson(Interval.Mean([.. responses.Select(r => (double)r.Ids.Length)])),
            ["stop_rate"] = ToJson(Interval.Proportion(responses.Length - cut, responses.Length)),
            ["sampler_scorer_difference"] = samplerScorerDifference,
            ["reward_margins"] = new JsonArray([.. pairs.Select(p => (JsonNode)p.Pair.Margin)]),
        };
        if (againstSft) audit["kl_to_sft"] = ToJson(Interval.Mean([.. prompts.SelectMany(r => AdjustedJudge.Unadjusted(r.Rewards, r.Details)).Where(double.IsFinite).Select(r => r / beta)]));
        if (pairs.Length > 0)
        {
            double longer = pairs.Sum(p => p.Chosen.Ids.Length > p.Rejected.Ids.Length ? 1 : p.Chosen.Ids.Length == p.Rejected.Ids.Length ? 0.5 : 0);
            audit["longer_wins"] = ToJson(Interval.Proportion(longer, pairs.Length));
        }
        return audit;
    }

    /// <summary>Adds beta M of every pair at its last visit and what was flagged, in the place of what an earlier training added.</summary>
    public static void AddTraining(JsonObject audit, IReadOnlyList<double> margins, IReadOnlyList<bool> flags)
    {
        foreach (string key in s_ofTraining) audit.Remove(key);
        int visited = margins.Count(m => !double.IsNaN(m));
        audit["extrapolated_margins"] = new JsonArray([.. margins.Where(double.IsFinite).Select(m => (JsonNode)m)]);
        if (visited == 0) return;
        audit["flagged"] = ToJson(Interval.Proportion(flags.Count(f => f), visited));
        double largest = margins.Where((m, i) => flags[i] && double.IsFinite(m)).DefaultIfEmpty(double.NaN).Max();
        if (double.IsFinite(largest)) audit["largest_flagged_margin"] = largest;
    }

    /// <summary>Takes over what training added to an older audit of the same pairs.</summary>
    public static void KeepTraining(JsonObject audit, JsonObject older)
    {
        foreach (string key in s_ofTraining)
            if (older[key] is { } value) audit[key] = value.DeepClone();
    }

    /// <summary>A row of an evaluation's accuracies.</summary>
    public static JsonObject ToJson(PreferenceAccuracy accuracy)
    {
        JsonObject json = ToJson(accuracy.Accuracy);
        json["bucket"] = accuracy.Bucket;
        json["pairs"] = accuracy.Pairs;
        return json;
    }

    public static JsonObject ToJson(Interval interval)
    {
        var json = new JsonObject { ["value"] = interval.Value };
        if (double.IsFinite(interval.Low) && double.IsFinite(interval.High)) (json["low"], json["high"]) = (interval.Low, interval.High);
        return json;
    }
}
