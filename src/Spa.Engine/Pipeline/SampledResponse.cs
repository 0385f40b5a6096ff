using System.Text.Json.Nodes;
using Spa.Engine.Generation;

namespace Spa.Engine.Pipeline;

/// <summary>
/// A response in samples.jsonl, or one that a judge is given from elsewhere: that may lack tokens (a judge that reads text needs none) and log-probs.
/// </summary>
public sealed record SampledResponse(int[] Ids, string Text, float[] TokenLogps, FinishReason FinishReason)
{
    internal static SampledResponse From(GeneratedResponse response, ModelTokenizer tokenizer) =>
        new(response.Ids, tokenizer.Decode(response.Ids), response.TokenLogps, response.FinishReason);

    internal static SampledResponse FromJson(JsonObject r) => new(SampledRow.Ints(r["ids"]!), r["text"]!.GetValue<string>(),
        [.. r["token_logps"]!.AsArray().Select(x => x!.GetValue<float>())], r["finish_reason"]!.GetValue<string>() == "stop" ? FinishReason.Stop : FinishReason.Length);

    /// <summary>Sum over all tokens, in double.</summary>
    public double Logp => TokenLogps.Sum(x => (double)x);

    /// <summary>Nothing but the end token.</summary>
    public bool IsEmpty => Ids.Length == 0 ? string.IsNullOrWhiteSpace(Text) : Ids.Length == 1 && FinishReason == FinishReason.Stop;

    /// <summary>The same tokens, or where one has none the same text.</summary>
    public bool SameAs(SampledResponse other) => Ids.Length > 0 && other.Ids.Length > 0 ? Ids.AsSpan().SequenceEqual(other.Ids) : Text == other.Text;

    internal JsonObject ToJson() => new()
    {
        ["ids"] = SampledRow.Array(Ids),
        ["text"] = Text,
        ["logp"] = Logp,
        ["token_logps"] = new JsonArray([.. TokenLogps.Select(x => (JsonNode)x)]),
        ["finish_reason"] = FinishReason == FinishReason.Stop ? "stop" : "length",
    };
}
