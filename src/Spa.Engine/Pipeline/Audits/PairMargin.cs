using System.Text.Json.Nodes;

namespace Spa.Engine.Pipeline.Audits;

/// <summary>One line of margins.jsonl: what training saw of a pair when it last visited it; lines are in the order of the pairs in pairs.jsonl.</summary>
/// <param name="Trained">beta D; NaN if the pair was not visited.</param>
/// <param name="Extrapolated">beta M, likewise.</param>
/// <param name="Flagged">Whether it was flagged.</param>
internal readonly record struct PairMargin(double Trained, double Extrapolated, bool Flagged)
{
    public bool IsVisited => !double.IsNaN(Extrapolated);

    public JsonObject ToJson() => new() { ["margin"] = Number(Trained), ["extrapolated_margin"] = Number(Extrapolated), ["flagged"] = Flagged };

    public static PairMargin FromJson(JsonObject json) =>
        new(json["margin"]?.GetValue<double>() ?? double.NaN, json["extrapolated_margin"]?.GetValue<double>() ?? double.NaN, json["flagged"]!.GetValue<bool>());

    // JSON has no NaN.
    private static JsonNode? Number(double value) => double.IsFinite(value) ? value : null;
}
