using System.Text.Json.Nodes;

namespace Spa.Engine.Pipeline.Studies;

/// <summary>What came of one arm with one seed: metrics of each of its models.</summary>
/// <param name="Stages">By stage from -1, the SFT model, on.</param>
/// <param name="Updates">Of all stages together.</param>
/// <param name="Seconds">Of all its own work.</param>
public sealed record ArmResult(IReadOnlyDictionary<int, IReadOnlyDictionary<string, double>> Stages, int Updates, double Seconds)
{
    /// <summary>The last stage.</summary>
    public int Last => Stages.Keys.Max();

    /// <summary>A metric after a stage; NaN where it was not measured.</summary>
    public double Value(int? stage, string metric) =>
        Stages.TryGetValue(stage ?? Last, out IReadOnlyDictionary<string, double>? values) && values.TryGetValue(metric, out double value) ? value : double.NaN;

    internal static ArmResult FromJson(JsonObject json) => new(
        json["stages"]!.AsObject().ToDictionary(s => int.Parse(s.Key, System.Globalization.CultureInfo.InvariantCulture),
            IReadOnlyDictionary<string, double> (s) => s.Value!.AsObject().ToDictionary(v => v.Key, v => v.Value!.GetValue<double>())),
        json["updates"]!.GetValue<int>(), json["seconds"]!.GetValue<double>());

    internal JsonObject ToJson() => new()
    {
        ["updates"] = Updates,
        ["seconds"] = Seconds,
        ["stages"] = new JsonObject(Stages.OrderBy(s => s.Key).Select(s => KeyValuePair.Create(s.Key.ToString(System.Globalization.CultureInfo.InvariantCulture),
            (JsonNode?)new JsonObject(s.Value.Where(v => double.IsFinite(v.Value)).Select(v => KeyValuePair.Create(v.Key, (JsonNode?)v.Value)))))),
    };
}
