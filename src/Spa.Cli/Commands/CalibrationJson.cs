using System.Globalization;
using System.Text.Json.Nodes;
using Spa.Engine.Evaluation;

namespace Spa.Cli.Commands;

/// <summary>A calibration curve as JSON and as lines.</summary>
internal static class CalibrationJson
{
    public static JsonArray Of(ReadOnlySpan<double> margins) => new([.. Calibration.Curve(margins).Select(bin => new JsonObject
    {
        ["confidence"] = bin.Confidence,
        ["accuracy"] = bin.Accuracy.Value,
        ["accuracy_low"] = bin.Accuracy.Low,
        ["accuracy_high"] = bin.Accuracy.High,
        ["pairs"] = bin.Count,
    })]);

    public static IEnumerable<string> Lines(JsonArray curve)
    {
        yield return $"{"confidence",12} {"pairs",7}  right";
        foreach (JsonNode? bin in curve)
        {
            double Number(string name) => 100 * bin![name]!.GetValue<double>();
            yield return string.Create(CultureInfo.InvariantCulture,
                $"{Number("confidence"),10:0.0} % {bin!["pairs"],7}  {Number("accuracy"):0.0} % ({Number("accuracy_low"):0.0} to {Number("accuracy_high"):0.0})");
        }
    }
}
