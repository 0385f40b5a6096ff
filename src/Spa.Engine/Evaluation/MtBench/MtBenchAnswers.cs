using System.Text.Json.Nodes;
using Spa.Engine.Data;

namespace Spa.Engine.Evaluation.MtBench;

/// <summary>An answer file of FastChat: <c>{question_id, answer_id, model_id, choices: [{index: 0, turns: [a1, a2]}], tstamp}</c>, also of reference answers.</summary>
public static class MtBenchAnswers
{
    /// <summary>The turns of each question's first choice.</summary>
    /// <exception cref="SpaException">The file or a row cannot be used.</exception>
    public static IReadOnlyDictionary<int, IReadOnlyList<string>> Read(string path)
    {
        Dictionary<int, IReadOnlyList<string>> answers = [];
        foreach (SourceRow row in RowReader.Read(path))
        {
            JsonNode? choice = row.Json["choices"] is JsonArray { Count: > 0 } choices ? choices[0] : null;
            answers[MtBenchRow.Id(row)] = MtBenchRow.Texts((choice as JsonObject)?["turns"], row, "choices[0].turns");
        }

        return answers;
    }

    /// <summary>A row of such a file.</summary>
    public static JsonObject ToJson(int question, string answerId, string model, IEnumerable<string> turns, double time) => new()
    {
        ["question_id"] = question,
        ["answer_id"] = answerId,
        ["model_id"] = model,
        ["choices"] = new JsonArray(new JsonObject { ["index"] = 0, ["turns"] = new JsonArray([.. turns.Select(t => (JsonNode)t)]) }),
        ["tstamp"] = time,
    };
}
