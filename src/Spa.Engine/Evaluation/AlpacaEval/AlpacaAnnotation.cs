using System.Text.Json.Nodes;
using Spa.Engine.Data;

namespace Spa.Engine.Evaluation.AlpacaEval;

/// <summary>One row of AlpacaEval's annotations: a judge's preference between the baseline's output and the model's.</summary>
/// <param name="Instruction">What both answered.</param>
/// <param name="Output1">The baseline's.</param>
/// <param name="Output2">The model's.</param>
/// <param name="Preference">1: the baseline wins for sure, 2: the model does, 1.5: a draw; null: the judge gave none.</param>
/// <param name="Generator1">Name of the baseline.</param>
/// <param name="Generator2">Name of the model.</param>
public sealed record AlpacaAnnotation(string Instruction, string Output1, string Output2, double? Preference, string Generator1 = "", string Generator2 = "")
{
    // A draw in the files of old versions.
    private const double OldDraw = 0;

    /// <summary>y = preference - 1 in [0, 1], the probability that the model's output is better; null without a preference.</summary>
    public double? ModelWins => Preference is { } preference ? (preference == OldDraw ? 1.5 : preference) - 1 : null;

    /// <summary>Length as AlpacaEval counts it, in Unicode code points.</summary>
    public static int LengthOf(string text) => text.EnumerateRunes().Count();

    /// <summary>The rows of an annotations.json (a JSON array or JSON Lines, also as .gz) in the order of the file.</summary>
    /// <exception cref="SpaException">The file or a row cannot be used; names file and row.</exception>
    public static IReadOnlyList<AlpacaAnnotation> Read(string path)
    {
        AlpacaAnnotation[] rows = [.. RowReader.Read(path).Select(Parse)];
        return rows.Length > 0 ? rows : throw new SpaException($"{path}: expected annotations, found no row");
    }

    private static AlpacaAnnotation Parse(SourceRow row) => new(Text(row, "instruction"), Text(row, "output_1"), Text(row, "output_2"), PreferenceOf(row),
        row.Json["generator_1"]?.ToString() ?? "", row.Json["generator_2"]?.ToString() ?? "");

    private static string Text(SourceRow row, string key) => row.Json[key] is JsonValue value && value.TryGetValue(out string? text) ? text
        : throw new SpaException($"{row.Location}: expected '{key}' to be a string, as in AlpacaEval's annotations.json; found {row.Json[key]?.ToJsonString() ?? "none"}");

    private static double? PreferenceOf(SourceRow row)
    {
        if (row.Json["preference"] is not { } node) return null;
        if (node is JsonValue value && value.TryGetValue(out double preference) && (preference is OldDraw or (>= 1 and <= 2))) return preference;
        throw new SpaException($"{row.Location}: expected 'preference' in [1, 2], 0 for a draw, or null; found {node.ToJsonString()}");
    }
}
