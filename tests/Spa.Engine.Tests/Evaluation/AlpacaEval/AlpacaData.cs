using Spa.Engine.Data;
using Spa.Engine.Evaluation.AlpacaEval;
using Spa.Engine.Tests.Support;

namespace Spa.Engine.Tests.Evaluation.AlpacaEval;

/// <summary>AlpacaEval 2.0's published annotations, for tests only (CC BY-NC); see data/alpaca-eval/README.md beside the checkout.</summary>
internal static class AlpacaData
{
    public static readonly string[] Models = ["FuseChat-Gemma-2-9B-Instruct", "claude-2.1", "vicuna-7b-v1.5", "phi-2"];

    public static string File(string name) => Fixtures.Require($"data/alpaca-eval/test-only-cc-by-nc-4.0/{name}");

    public static IReadOnlyList<AlpacaAnnotation> Annotations(string model) => AlpacaAnnotation.Read(File($"{model}/annotations.json.gz"));

    public static LengthControlInputs Inputs() => LengthControlInputs.Read(File("instruction_difficulty.csv"), File("df_gamed.csv"));

    /// <summary>A number of expected.csv.</summary>
    public static double Expected(string model, string column) => Of(new CsvTable(File("expected.csv")), "model", model, column);

    /// <summary>A number of leaderboard.csv.</summary>
    public static double Published(string model, string column) => Of(new CsvTable(File("leaderboard.csv")), "", model, column);

    /// <summary>The published weights: length, difficulty, bias.</summary>
    public static double[] Weights(string model)
    {
        CsvTable table = new(File("weights.csv"));
        return [.. table.Columns.Skip(1).Select(column => Of(table, "", model, column))];
    }

    private static double Of(CsvTable table, string key, string model, string column) =>
        double.Parse(table.Texts(column)[Array.IndexOf(table.Texts(key), model)], System.Globalization.CultureInfo.InvariantCulture);
}
