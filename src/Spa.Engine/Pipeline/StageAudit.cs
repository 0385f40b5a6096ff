using System.Text.Json;
using System.Text.Json.Nodes;
using Spa.Engine.Evaluation;
using Spa.Engine.Evaluation.Statistics;
using Spa.Engine.Generation;
using Spa.Engine.Pipeline.Audits;
using Spa.Engine.Pipeline.Judges;
using Spa.Engine.Preference;

namespace Spa.Engine.Pipeline;

/// <summary>audit.json: what the data of an iteration is like (docs/algorithm.md section 4.5) and what training flagged.</summary>
internal static class StageAudit
{
    // Responses that self-BLEU looks at: it compares each with all others, and its mean over 200 is known to about a hundredth.
    private const int SelfBleuResponses = 200;

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
        AddDiversity(audit, prompts);
        if (pairs.Length > 0)
        {
            double longer = pairs.Sum(p => p.Chosen.Ids.Length > p.Rejected.Ids.Length ? 1 : p.Chosen.Ids.Length == p.Rejected.Ids.Length ? 0.5 : 0);
            audit["longer_wins"] = ToJson(Interval.Proportion(longer, pairs.Length));
        }
        return audit;
    }

    /// <summary>Adds beta M of every pair at its last visit, what was flagged, and whether the margin without extrapolation would have flagged the same.</summary>
    public static void AddTraining(JsonObject audit, IReadOnlyList<PairMargin> margins, RefinementSettings refinement)
    {
        PairMargin[] visited = [.. margins.Where(m => m.IsVisited)];
        audit["extrapolated_margins"] = new JsonArray([.. visited.Where(m => double.IsFinite(m.Extrapolated)).Select(m => (JsonNode)m.Extrapolated)]);
        if (visited.Length == 0) return;
        audit["flagged"] = ToJson(Interval.Proportion(visited.Count(m => m.Flagged), visited.Length));
        double largest = visited.Where(m => m.Flagged && double.IsFinite(m.Extrapolated)).Select(m => m.Extrapolated).DefaultIfEmpty(double.NaN).Max();
        if (double.IsFinite(largest)) audit["largest_flagged_margin"] = largest;
        if (!refinement.NeedsReferenceLogits()) return;
        // Both by the exact quantile of all last visits: the threshold of training moves on the way.
        bool[] with = NoiseDetection.BelowQuantile([.. visited.Select(m => m.Extrapolated)], refinement.NoiseQuantile);
        bool[] without = NoiseDetection.BelowQuantile([.. visited.Select(m => m.Trained)], refinement.NoiseQuantile);
        int flagged = with.Count(f => f);
        if (flagged > 0) audit["flag_overlap"] = ToJson(Interval.Proportion(with.Zip(without, (a, b) => a && b).Count(both => both), flagged));
    }

    // Of the first response of prompts at even distances, so that a prompt's several responses do not count as copies of each other.
    private static void AddDiversity(JsonObject audit, JudgedRow[] prompts)
    {
        int[][] texts = [.. prompts.SelectMany(p => p.Sampled.Responses).Select(Written)];
        int count = Math.Min(SelfBleuResponses, prompts.Length);
        int[][] sample = [.. Enumerable.Range(0, count).Select(i => Written(prompts[(int)((long)i * prompts.Length / count)].Sampled.Responses[0]))];
        Add("distinct_1", TextDiversity.Distinct(texts, 1));
        Add("distinct_2", TextDiversity.Distinct(texts, 2));
        Add("self_bleu", TextDiversity.SelfBleu(sample));

        void Add(string name, double value)
        {
            if (double.IsFinite(value)) audit[name] = value;
        }
    }

    // Without the end token.
    private static int[] Written(SampledResponse response) => response.FinishReason == FinishReason.Stop && response.Ids.Length > 0 ? response.Ids[..^1] : response.Ids;

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
