using System.Text.Json.Nodes;
using Spa.Engine.Generation;

namespace Spa.Engine.Pipeline;

/// <summary>A response in samples.jsonl.</summary>
internal sealed record SampledResponse(int[] Ids, string Text, float[] TokenLogps, FinishReason FinishReason)
{
    public static SampledResponse From(GeneratedResponse response, ModelTokenizer tokenizer) =>
        new(response.Ids, tokenizer.Decode(response.Ids), response.TokenLogps, response.FinishReason);

    public static SampledResponse FromJson(JsonObject r) => new(SampledRow.Ints(r["ids"]!), r["text"]!.GetValue<string>(),
        [.. r["token_logps"]!.AsArray().Select(x => x!.GetValue<float>())], r["finish_reason"]!.GetValue<string>() == "stop" ? FinishReason.Stop : FinishReason.Length);

    /// <summary>Sum over all tokens, in double.</summary>
    public double Logp => TokenLogps.Sum(x => (double)x);

    /// <summary>Nothing but the end token.</summary>
    public bool IsEmpty => Ids.Length == 0 || Ids.Length == 1 && FinishReason == FinishReason.Stop;

    public JsonObject ToJson() => new()
    {
        ["ids"] = SampledRow.Array(Ids),
        ["text"] = Text,
        ["logp"] = Logp,
        ["token_logps"] = new JsonArray([.. TokenLogps.Select(x => (JsonNode)x)]),
        ["finish_reason"] = FinishReason == FinishReason.Stop ? "stop" : "length",
    };
}
