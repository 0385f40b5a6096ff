using System.Text.Json.Nodes;

namespace Spa.Engine.Pipeline;

/// <summary>A labelled pair as a reward model sees it.</summary>
internal sealed record RewardScore(double Chosen, double Rejected)
{
    public JsonObject ToJson() => new() { ["chosen_reward"] = Number(Chosen), ["rejected_reward"] = Number(Rejected) };

    public static RewardScore FromJson(JsonObject json) =>
        new(json["chosen_reward"]?.GetValue<double>() ?? double.NaN, json["rejected_reward"]?.GetValue<double>() ?? double.NaN);

    // JSON has no NaN.
    private static JsonNode? Number(double value) => double.IsFinite(value) ? value : null;
}
