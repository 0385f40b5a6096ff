using System.Text.Json.Nodes;
using Spa.Engine.Preference;

namespace Spa.Engine.Pipeline;

/// <summary>
/// One line of pairs.jsonl: what the judge made of one line of samples.jsonl. Rows without a pair are kept with their outcome, so that
/// nothing is lost and every count can be made again.
/// </summary>
internal sealed record JudgedRow(SampledRow Sampled, double[] Rewards, JudgedPair Pair, string Judge)
{
    /// <summary>How the judge came to the rewards, where it tells.</summary>
    public JsonObject? Details { get; init; }

    /// <summary>Whether a line of pairs.jsonl holds a pair.</summary>
    public static bool HoldsPair(JsonObject line) => line["outcome"]!.GetValue<string>() == Spell(JudgeOutcome.Pair);

    public SampledResponse Chosen => Sampled.Responses[Pair.Chosen];

    public SampledResponse Rejected => Sampled.Responses[Pair.Rejected];

    public bool IsPair => Pair.Outcome == JudgeOutcome.Pair;

    public JsonObject ToJson()
    {
        var row = new JsonObject
        {
            ["index"] = Sampled.Index,
            ["outcome"] = Spell(Pair.Outcome),
            ["judge"] = Judge,
            ["rewards"] = new JsonArray([.. Rewards.Select(r => double.IsFinite(r) ? (JsonNode)r : null)]),
        };
        if (Details is not null) row["judgement"] = Details.DeepClone();
        if (!IsPair) return row;
        row["margin"] = Pair.Margin;
        row["probability"] = Pair.Probability;
        row["prompt"] = Sampled.Prompt?.DeepClone();
        Sampled.Arguments?.AddTo(row);
        row["chosen"] = Chosen.Text;
        row["rejected"] = Rejected.Text;
        row["prompt_ids"] = SampledRow.Array(Sampled.PromptIds);
        row["chosen_ids"] = SampledRow.Array(Chosen.Ids);
        row["rejected_ids"] = SampledRow.Array(Rejected.Ids);
        row["ref_chosen_logp"] = Chosen.Logp;
        row["ref_rejected_logp"] = Rejected.Logp;
        return row;
    }

    private static string Spell(JudgeOutcome outcome) => outcome.ToString().ToLowerInvariant();
}
