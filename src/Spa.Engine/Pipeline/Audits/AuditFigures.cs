using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Spa.Engine.Pipeline.Audits;

/// <summary>The single figures of an audit, for event files and comparisons: <c>gold/agreement</c>, <c>response_length</c>. Lists have none.</summary>
internal static class AuditFigures
{
    /// <summary>Names and values in the order of the file; an estimate is its value.</summary>
    public static IEnumerable<KeyValuePair<string, double>> Of(JsonObject audit, string prefix = "")
    {
        foreach ((string name, JsonNode? node) in audit)
        {
            if (node is JsonObject inner)
            {
                if (inner["value"] is { } value) yield return new(prefix + name, Number(value));
                else foreach (KeyValuePair<string, double> figure in Of(inner, $"{prefix}{name}/")) yield return figure;
            }
            else if (node?.GetValueKind() == JsonValueKind.Number) yield return new(prefix + name, Number(node));
        }
    }

    // A number that was put there as an integer gives no double.
    private static double Number(JsonNode node) => double.Parse(node.ToJsonString(), CultureInfo.InvariantCulture);
}
