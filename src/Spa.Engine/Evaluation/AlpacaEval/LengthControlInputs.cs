using Spa.Engine.Data;

namespace Spa.Engine.Evaluation.AlpacaEval;

/// <summary>
/// What AlpacaEval's own instruction set brings for length control: a difficulty per instruction, and the annotations of the baseline told to be
/// concise and verbose, which hold the weights near those of a model that differs from the baseline in length alone.
/// </summary>
public sealed class LengthControlInputs
{
    // lambda = 0.2, shared by two such models.
    private const double GamedWeight = 0.1;

    private LengthControlInputs(double[] difficulties, LogisticRow[] gamed) => (Difficulties, Gamed) = (difficulties, gamed);

    /// <summary>By position of the instruction.</summary>
    public IReadOnlyList<double> Difficulties { get; }

    /// <summary>(tanh of the length difference, difficulty, 0), in the order of the file.</summary>
    internal IReadOnlyList<LogisticRow> Gamed { get; }

    /// <param name="difficulty">CSV with a column <c>instruction_difficulty</c>, one row per instruction.</param>
    /// <param name="regularization">CSV with the columns <c>preference</c>, <c>std_delta_len</c>, <c>instruction_difficulty</c> (alpaca_eval's df_gamed.csv).</param>
    /// <exception cref="SpaException">A file cannot be used; names file, row and column.</exception>
    public static LengthControlInputs Read(string difficulty, string regularization)
    {
        double[] difficulties = new CsvTable(difficulty).Numbers("instruction_difficulty");
        CsvTable table = new(regularization);
        double[] targets = table.Numbers("preference"), lengths = table.Numbers("std_delta_len"), hardness = table.Numbers("instruction_difficulty");
        int wrong = Array.FindIndex(targets, y => y is < 0 or > 1);
        if (wrong >= 0) throw new SpaException($"{regularization}: row {wrong + 1}: expected 'preference' in [0, 1], found {targets[wrong]}");
        LogisticRow[] gamed = [.. targets.Select((y, i) => new LogisticRow([Math.Tanh(lengths[i]), hardness[i], 0], y, GamedWeight))];
        return new LengthControlInputs(difficulties, gamed);
    }
}
