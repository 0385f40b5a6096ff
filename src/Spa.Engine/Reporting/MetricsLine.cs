using System.Buffers;
using System.Text.Json;

namespace Spa.Engine.Reporting;

/// <summary>
/// One line of <c>metrics.jsonl</c>. JSON has no NaN and no infinity, so these are written as null with the value named beside it:
/// <c>"loss":null,"loss/nonfinite":"NaN"</c>.
/// </summary>
internal static class MetricsLine
{
    private const string StageKey = "stage";
    private const string StepKey = "step";
    private const string NonFiniteSuffix = "/nonfinite";

    private static readonly JsonDocumentOptions s_options = new() { AllowDuplicateProperties = false, MaxDepth = 4 };

    /// <summary>The line with its line feed, in UTF-8; equal entries give equal bytes.</summary>
    public static byte[] Encode(MetricsEntry entry)
    {
        ArrayBufferWriter<byte> buffer = new();
        using (Utf8JsonWriter json = new(buffer))
        {
            json.WriteStartObject();
            if (entry.Stage.Length > 0) json.WriteString(StageKey, entry.Stage);
            json.WriteNumber(StepKey, entry.Step);
            WriteValues(json, entry.Values.OrderBy(pair => pair.Key, Comparer<string>.Create(MetricKeys.Compare)));
            json.WriteEndObject();
        }
        buffer.Write("\n"u8);
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>Writes the numbers as properties, in the order given.</summary>
    public static void WriteValues(Utf8JsonWriter json, IEnumerable<KeyValuePair<string, double>> values)
    {
        foreach ((string key, double value) in values)
        {
            if (key is "" or StageKey or StepKey || key.EndsWith(NonFiniteSuffix, StringComparison.Ordinal))
                throw new ArgumentException($"'{key}' cannot be the key of a metric", nameof(values));
            if (double.IsFinite(value))
            {
                json.WriteNumber(key, value);
                continue;
            }
            json.WriteNull(key);
            json.WriteString(key + NonFiniteSuffix, double.IsNaN(value) ? "NaN" : value > 0 ? "Infinity" : "-Infinity");
        }
    }

    /// <summary>Reads a line without its line feed. False where it is not an object with an integer step.</summary>
    public static bool TryDecode(ReadOnlyMemory<byte> line, out MetricsEntry? entry)
    {
        entry = null;
        try
        {
            using JsonDocument document = JsonDocument.Parse(line, s_options);
            JsonElement root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object) return false;
            if (!root.TryGetProperty(StepKey, out JsonElement step) || step.ValueKind != JsonValueKind.Number
                || !step.TryGetInt64(out long number))
                return false;
            string stage = root.TryGetProperty(StageKey, out JsonElement name) && name.ValueKind == JsonValueKind.String
                ? name.GetString()! : "";
            entry = new(stage, number, ReadValues(root));
            return true;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: a string with a lone surrogate escape, which is JSON but no text.
            return false;
        }
    }

    private static SortedDictionary<string, double> ReadValues(JsonElement root)
    {
        SortedDictionary<string, double> values = new(StringComparer.Ordinal);
        foreach (JsonProperty property in root.EnumerateObject())
        {
            if (property.Name is StageKey or StepKey) continue;
            // A number beyond float64 ("1e999") has no value here; other kinds are notes for people.
            JsonElement found = property.Value;
            if (found.ValueKind == JsonValueKind.Number && found.TryGetDouble(out double value)) values[property.Name] = value;
            else if (found.ValueKind == JsonValueKind.Null) values[property.Name] = NonFinite(root, property.Name);
        }
        return values;
    }

    private static double NonFinite(JsonElement root, string key)
    {
        bool named = root.TryGetProperty(key + NonFiniteSuffix, out JsonElement note) && note.ValueKind == JsonValueKind.String;
        return (named ? note.GetString() : null) switch
        {
            "Infinity" => double.PositiveInfinity,
            "-Infinity" => double.NegativeInfinity,
            _ => double.NaN,
        };
    }
}
