using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Spa.Engine.Data;

namespace Spa.Engine.Pipeline.Judges;

/// <summary>
/// Labels given by the user, in rows of three kinds that may be mixed: <c>{index, scores: [...]}</c>, one score per response of the row with this number
/// (from 0); <c>{prompt, response, score}</c>, the score of a response wherever it appears; <c>{prompt, chosen, rejected}</c>, a preference between two
/// responses. Texts are compared as they stand.
/// </summary>
public sealed class GoldLabels
{
    private readonly Dictionary<long, double[]> _byIndex = [];
    private readonly Dictionary<string, double> _scores = new(StringComparer.Ordinal);
    private readonly HashSet<string> _preferred = new(StringComparer.Ordinal);

    /// <exception cref="SpaException">The file or a row cannot be used; names file and row.</exception>
    public GoldLabels(string path)
    {
        Path = path;
        foreach (SourceRow row in RowReader.Read(path)) Take(row);
        if (_byIndex.Count + _scores.Count + _preferred.Count == 0) throw new SpaException($"{path}: expected labels, found no row");
    }

    public string Path { get; }

    /// <summary>The rewards of a row's responses; NaN for one without a label.</summary>
    /// <exception cref="SpaException">The row has another number of responses than its label.</exception>
    public double[] Of(SampledRow row)
    {
        if (_byIndex.TryGetValue(row.Index, out double[]? scores))
        {
            return scores.Length == row.Responses.Length ? scores
                : throw new SpaException($"{Path}: row {row.Index} has {row.Responses.Length} responses, its label has {scores.Length} scores");
        }

        string prompt = PromptText.Of(row.Prompt);
        double[] rewards = [.. row.Responses.Select(r => _scores.TryGetValue(Key(prompt, r.Text), out double score) ? score : double.NaN)];
        return rewards.All(double.IsNaN) && _preferred.Count > 0 ? Preferences(prompt, row) : rewards;
    }

    // Wins minus losses of each response over the others that a label compares it with.
    private double[] Preferences(string prompt, SampledRow row)
    {
        double[] rewards = new double[row.Responses.Length];
        Array.Fill(rewards, double.NaN);
        for (int i = 0; i < rewards.Length; i++)
        {
            for (int j = 0; j < rewards.Length; j++)
            {
                if (i == j || !_preferred.Contains(Key(prompt, row.Responses[i].Text, row.Responses[j].Text))) continue;
                rewards[i] = (double.IsNaN(rewards[i]) ? 0 : rewards[i]) + 1;
                rewards[j] = (double.IsNaN(rewards[j]) ? 0 : rewards[j]) - 1;
            }
        }

        return rewards;
    }

    private void Take(SourceRow row)
    {
        JsonObject json = row.Json;
        if (json["scores"] is JsonArray scores && json["index"] is JsonValue index && index.TryGetValue(out long number))
        {
            if (!_byIndex.TryAdd(number, [.. scores.Select(s => Number(s, row))])) throw new SpaException($"{row.Location}: index {number} has a label already");
        }
        else if (json.ContainsKey("prompt") && json.ContainsKey("score")) _scores[Key(PromptText.Of(json["prompt"]), Text(row, "response"))] = Number(json["score"], row);
        else if (json.ContainsKey("prompt") && json.ContainsKey("chosen")) _preferred.Add(Key(PromptText.Of(json["prompt"]), Text(row, "chosen"), Text(row, "rejected")));
        else throw new SpaException($"{row.Location}: expected a label {{index, scores}}, {{prompt, response, score}} or {{prompt, chosen, rejected}}; found the keys {string.Join(", ", json.Select(p => p.Key))}");
    }

    private static double Number(JsonNode? node, SourceRow row) => node is JsonValue value && value.TryGetValue(out double number) ? number
        : throw new SpaException($"{row.Location}: expected a score to be a number, found {node?.ToJsonString() ?? "null"}");

    // A response may be a string or one assistant message.
    private static string Text(SourceRow row, string key) => row.Json[key] switch
    {
        JsonValue value when value.TryGetValue(out string? text) => text,
        JsonArray and [JsonObject message] when message["content"] is JsonValue content => content.ToString(),
        _ => throw new SpaException($"{row.Location}: expected '{key}' to be text or one message, found {row.Json[key]?.ToJsonString() ?? "none"}"),
    };

    // Lengths go before the texts, so that no two lists of texts have the same key.
    private static string Key(params string[] texts) =>
        Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(string.Concat(texts.Select(text => $"{text.Length}:{text}")))));
}
