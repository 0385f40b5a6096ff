using System.Globalization;
using System.Text.Json.Nodes;
using Spa.Engine.Evaluation.AlpacaEval;
using Spa.Engine.Evaluation.Statistics;

namespace Spa.Engine.Pipeline.Evaluations;

/// <summary>The figures of <c>spa eval alpaca</c> under the names of AlpacaEval's leaderboard, each with its 95 % interval.</summary>
public sealed record AlpacaResult(WinRate WinRate, LengthControl LengthControl)
{
    // The leaderboard's header; the first column is the index without a name.
    private static readonly string[] s_columns =
        ["", "win_rate", "standard_error", "n_wins", "n_wins_base", "n_draws", "n_total", "discrete_win_rate", "mode", "avg_length", "length_controlled_winrate", "lc_standard_error"];

    /// <exception cref="SpaException">No row has a preference, or the files of length control do not fit.</exception>
    public static AlpacaResult Of(IReadOnlyList<AlpacaAnnotation> rows, LengthControlInputs? inputs, double? penalty, ulong seed) =>
        new(WinRate.Of(rows), LengthControl.Of(rows, inputs, penalty, seed));

    public JsonObject ToJson()
    {
        var json = new JsonObject
        {
            ["win_rate"] = WinRate.Rate.Value,
            ["standard_error"] = Number(WinRate.StandardError),
            ["n_wins"] = WinRate.Wins,
            ["n_wins_base"] = WinRate.BaselineWins,
            ["n_draws"] = WinRate.Draws,
            ["n_total"] = WinRate.Total,
            ["discrete_win_rate"] = WinRate.Discrete,
            ["avg_length"] = WinRate.AverageLength,
            ["length_controlled_winrate"] = LengthControl.Rate.Value,
            ["lc_standard_error"] = Number(LengthControl.StandardError),
        };
        AddBounds(json, "win_rate", WinRate.Rate);
        AddBounds(json, "length_controlled_winrate", LengthControl.Rate);
        json["n_without_preference"] = WinRate.Dropped;
        json["lc_penalty"] = LengthControl.Penalty;
        json["lc_weights"] = new JsonArray([.. LengthControl.Weights.Select(w => (JsonNode)w)]);
        if (LengthControl.Doubt(WinRate.Rate.Value) is { } doubt) json["warning"] = doubt;
        return json;
    }

    /// <summary>The figures for people.</summary>
    public IEnumerable<string> Lines()
    {
        string Rate(Interval rate) => string.Create(CultureInfo.InvariantCulture, $"{rate.Value:0.00} % [{rate.Low:0.0}, {rate.High:0.0}]");
        yield return string.Create(CultureInfo.InvariantCulture, $"win rate                    {Rate(WinRate.Rate)}, standard error {WinRate.StandardError:0.00}");
        yield return string.Create(CultureInfo.InvariantCulture, $"length-controlled win rate  {Rate(LengthControl.Rate)}{(HasSpread ? $", standard error {LengthControl.StandardError:0.00}" : " (of length and a bias alone)")}");
        string dropped = WinRate.Dropped > 0 ? $", {WinRate.Dropped} without a preference left out" : "";
        yield return $"{WinRate.Total} rows: {WinRate.Wins} wins, {WinRate.Draws} draws, {WinRate.BaselineWins} losses{dropped}; mean length {WinRate.AverageLength} characters";
        if (LengthControl.Doubt(WinRate.Rate.Value) is { } doubt) yield return $"warning: {doubt}";
    }

    // AlpacaEval's standard error is the spread of the predictions over the difficulties of instructions; without these all are the same.
    private bool HasSpread => LengthControl.StandardError > 1e-9;

    /// <summary>Writes or extends a leaderboard.csv: the row of this model is replaced, others stay, the best is on top.</summary>
    /// <exception cref="SpaException">The file there is no leaderboard, or cannot be written.</exception>
    public void WriteLeaderboard(string path, string model)
    {
        List<string[]> rows = File.Exists(path) ? Others(path, model) : [];
        rows.Add([model, .. Cells()]);
        EvaluationFiles.WriteCsv(path, rows.OrderByDescending(row => double.TryParse(row[10], CultureInfo.InvariantCulture, out double rate) ? rate : 0).Prepend(s_columns));
    }

    private static List<string[]> Others(string path, string model)
    {
        Data.CsvTable table = new(path);
        string[][] columns = [.. s_columns.Select(table.Texts)];
        return [.. Enumerable.Range(0, table.Count).Where(i => columns[0][i] != model).Select(i => columns.Select(column => column[i]).ToArray())];
    }

    private IEnumerable<string> Cells()
    {
        string Text(double value) => double.IsFinite(value) ? value.ToString("R", CultureInfo.InvariantCulture) : "";
        return
        [
            Text(WinRate.Rate.Value), Text(WinRate.StandardError), Text(WinRate.Wins), Text(WinRate.BaselineWins), Text(WinRate.Draws), Text(WinRate.Total), Text(WinRate.Discrete),
            "community", Text(WinRate.AverageLength), Text(LengthControl.Rate.Value), Text(LengthControl.StandardError),
        ];
    }

    private static void AddBounds(JsonObject json, string name, Interval rate)
    {
        if (double.IsFinite(rate.Low)) (json[name + "_low"], json[name + "_high"]) = (rate.Low, rate.High);
    }

    private static JsonNode? Number(double value) => double.IsFinite(value) ? value : null;
}
