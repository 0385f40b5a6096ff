using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Spa.Engine.Formats;

namespace Spa.Engine.Pipeline.Evaluations;

/// <summary>Files in the layouts of other tools.</summary>
internal static class EvaluationFiles
{
    private static readonly JsonSerializerOptions s_indented = new() { WriteIndented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>A JSON array, indented.</summary>
    /// <exception cref="SpaException">The file cannot be written.</exception>
    public static void WriteArray(string path, IEnumerable<JsonObject> rows) =>
        AtomicFile.WriteAllText(path, new JsonArray([.. rows.Select(row => row.DeepClone())]).ToJsonString(s_indented) + "\n");

    /// <summary>Comma-separated values; cells with a comma, a quote or a line feed are quoted.</summary>
    /// <exception cref="SpaException">The file cannot be written.</exception>
    public static void WriteCsv(string path, IEnumerable<IEnumerable<string>> rows)
    {
        StringBuilder text = new();
        foreach (IEnumerable<string> row in rows) text.AppendJoin(',', row.Select(Cell)).Append('\n');
        AtomicFile.WriteAllText(path, text.ToString());
    }

    private static string Cell(string text) => text.AsSpan().IndexOfAny(",\"\n\r") < 0 ? text : $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
