using System.Text.Json.Nodes;
using Spa.Engine.Data;

namespace Spa.Engine.Evaluation.MtBench;

/// <summary>Fields of FastChat's files.</summary>
internal static class MtBenchRow
{
    public static int Id(SourceRow row) => row.Json["question_id"] is JsonValue value && value.TryGetValue(out int id) ? id
        : throw new SpaException($"{row.Location}: expected 'question_id' to be a whole number, found {row.Json["question_id"]?.ToJsonString() ?? "none"}");

    public static string Text(SourceRow row, string key) => row.Json[key] is JsonValue value && value.TryGetValue(out string? text) ? text
        : throw new SpaException($"{row.Location}: expected '{key}' to be a string, found {row.Json[key]?.ToJsonString() ?? "none"}");

    public static string[] Texts(JsonNode? node, SourceRow row, string key)
    {
        if (node is JsonArray list && list.All(item => item is JsonValue value && value.TryGetValue(out string? _))) return [.. list.Select(item => item!.GetValue<string>())];
        throw new SpaException($"{row.Location}: expected '{key}' to be a list of strings, found {node?.ToJsonString() ?? "none"}");
    }
}
