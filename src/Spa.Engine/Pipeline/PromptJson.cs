using System.Text.Json.Nodes;
using Spa.Engine.Data;
using Spa.Engine.Reporting;

namespace Spa.Engine.Pipeline;

/// <summary>Prompts as people read them: text, or the turns of a conversation without what a chat template puts around them.</summary>
internal static class PromptJson
{
    /// <summary>A prompt as it stands in the data: a string or a list of messages; null for token ids.</summary>
    public static JsonNode? Of(RowContent prompt) => prompt.Text is not null ? prompt.Text
        : prompt.Messages is null ? null
        : new JsonArray([.. prompt.Messages.Select(m => (JsonNode)m.ToJson())]);

    /// <summary>A prompt to show: its text, its messages, or else its decoded ids.</summary>
    public static JsonNode Shown(LoopPrompt prompt, ModelTokenizer tokenizer) =>
        prompt.Source is JsonValue || Turns(prompt.Source) is not null ? prompt.Source!.DeepClone() : tokenizer.Decode(prompt.Ids);

    /// <summary>A shown prompt with its answers for the report.</summary>
    public static SamplePrompt ToSample(JsonNode prompt, IReadOnlyList<SampleAnswer> answers) => Turns(prompt) is { Count: > 0 } turns
        ? new SamplePrompt(turns[^1].Text, answers) { Before = [.. turns.SkipLast(1)] }
        : new SamplePrompt(prompt.ToString(), answers);

    private static List<SampleTurn>? Turns(JsonNode? prompt)
    {
        if (prompt is not JsonArray messages) return null;
        var turns = new List<SampleTurn>();
        foreach (JsonNode? message in messages)
        {
            if (message is not JsonObject turn || turn["role"] is not JsonValue role || (turn["content"] is not JsonValue && !Message.CallsToolsIn(turn))) return null;
            turns.Add(new SampleTurn(role.ToString(), turn["content"]?.ToString() ?? turn["tool_calls"]!.ToJsonString()));
        }
        return turns;
    }
}
