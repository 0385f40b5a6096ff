using System.Text.Json;
using System.Text.Json.Nodes;

namespace Spa.Benchmarks.Baselines;

/// <summary>Reads the JSON lines of bench/peers/gpu: one line a case and variant; lines about the device, and refusals, are passed over.</summary>
public static class PeerFile
{
    /// <exception cref="BaselineException">The file cannot be read, or a line is none of a peer.</exception>
    public static IReadOnlyList<PeerCase> Read(string path)
    {
        try
        {
            return [.. File.ReadLines(path).Where(line => line.StartsWith('{')).Select(line => JsonNode.Parse(line)!).Where(line => line["batch_ms"] is not null).Select(Case)];
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or NullReferenceException or FormatException or IOException or UnauthorizedAccessException)
        {
            throw new BaselineException($"'{path}' does not hold the lines of bench/peers/gpu ({error.Message.ReplaceLineEndings(" ").TrimEnd('.')}); run the peers again", error);
        }
    }

    /// <summary>Sizes in the order of their names, so that two ways to write them are equal.</summary>
    public static string SizesOf(IEnumerable<KeyValuePair<string, string>> sizes) => string.Join(' ', sizes.OrderBy(s => s.Key, StringComparer.Ordinal).Select(s => $"{s.Key}={s.Value}"));

    private static PeerCase Case(JsonNode line) => new(line["op"]!.GetValue<string>(),
        SizesOf(JsonDocument.Parse(line["case"]!.ToJsonString()).RootElement.EnumerateObject().Select(s => new KeyValuePair<string, string>(s.Name, s.Value.ToString()))),
        line["variant"]!.GetValue<string>(), line["cold_ms"]?.GetValue<double>(), line["batch_ms"]!.GetValue<double>());
}
