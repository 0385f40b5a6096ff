using System.Text.Json.Nodes;
using Spa.Engine.Data;
using Spa.Engine.Models;

namespace Spa.Engine.Pipeline;

/// <summary>One line of samples.jsonl: a prompt and the responses drawn for it, with tokens and log-probs exactly as sampled.</summary>
public sealed record SampledRow(int Index, JsonNode? Prompt, int[] PromptIds, SampledResponse[] Responses)
{
    /// <summary>What the prompt's row gives to a chat template beside its messages, for judges with a template of their own.</summary>
    public TemplateArguments? Arguments { get; init; }

    /// <summary>The tokens to score.</summary>
    public ScoreItem Item => new(PromptIds, [.. Responses.Select(r => r.Ids)]);

    /// <summary>Rows that it takes in a batch.</summary>
    public int BatchRows => PackedBatch.RowsFor(PromptIds.Length, [.. Responses.Select(r => r.Ids.Length)]);

    internal static SampledRow FromJson(JsonObject row) => new(row["index"]!.GetValue<int>(), row["prompt"], Ints(row["prompt_ids"]!),
        [.. row["responses"]!.AsArray().Select(r => SampledResponse.FromJson(r!.AsObject()))])
    {
        Arguments = TemplateArguments.Of(row),
    };

    internal JsonObject ToJson()
    {
        var row = new JsonObject { ["index"] = Index, ["prompt"] = Prompt?.DeepClone() };
        Arguments?.AddTo(row);
        row["prompt_ids"] = Array(PromptIds);
        row["responses"] = new JsonArray([.. Responses.Select(r => r.ToJson())]);
        return row;
    }

    internal static int[] Ints(JsonNode array) => [.. array.AsArray().Select(x => x!.GetValue<int>())];

    internal static JsonArray Array(int[] ids) => [.. ids.Select(id => (JsonNode)id)];
}
