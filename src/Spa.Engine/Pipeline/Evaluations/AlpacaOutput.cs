using System.Text.Json.Nodes;
using Spa.Engine.Data;

namespace Spa.Engine.Pipeline.Evaluations;

/// <summary>A row of AlpacaEval's model_outputs.json; instructions without an output are rows too.</summary>
/// <param name="Instruction">What is answered.</param>
/// <param name="Output">The answer; empty in a file of instructions.</param>
/// <param name="Generator">Who answered.</param>
/// <param name="Dataset">Where the instruction is from; null where the file does not say.</param>
public sealed record AlpacaOutput(string Instruction, string Output, string Generator, string? Dataset)
{
    /// <summary>Reads a file.</summary>
    /// <param name="path">JSON array, JSON Lines or Parquet.</param>
    /// <param name="withOutput">Whether every row must have an output.</param>
    /// <exception cref="SpaException">The file or a row cannot be used.</exception>
    public static IReadOnlyList<AlpacaOutput> Read(string path, bool withOutput)
    {
        AlpacaOutput[] rows = [.. RowReader.Read(path).Select(row => Parse(row, withOutput))];
        return rows.Length > 0 ? rows : throw new SpaException($"{path}: expected rows with 'instruction', found none");
    }

    public JsonObject ToJson()
    {
        var json = new JsonObject();
        if (Dataset is not null) json["dataset"] = Dataset;
        json["instruction"] = Instruction;
        json["output"] = Output;
        json["generator"] = Generator;
        return json;
    }

    private static AlpacaOutput Parse(SourceRow row, bool withOutput)
    {
        string? Text(string key) => row.Json[key] is JsonValue value && value.TryGetValue(out string? text) ? text : null;
        string instruction = Text("instruction") ?? Text("prompt") ?? throw new SpaException($"{row.Location}: expected 'instruction' to be a string, found none");
        string? output = Text("output");
        if (withOutput && output is null) throw new SpaException($"{row.Location}: expected 'output' to be a string, as in AlpacaEval's model_outputs.json; found none");
        return new AlpacaOutput(instruction, output ?? "", Text("generator") ?? "", Text("dataset"));
    }
}
