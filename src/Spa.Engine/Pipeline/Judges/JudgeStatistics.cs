using System.Text.Json.Nodes;
using Spa.Engine.Evaluation.Statistics;

namespace Spa.Engine.Pipeline.Judges;

/// <summary>
/// What the comparisons of many rows say about a pairwise judge: how often it prefers what is shown first (0.5 without a bias), how often both orders agree,
/// how often there was no verdict. Made from the details of the rows, so that a continued file gives the same figures as one made in one go.
/// </summary>
public sealed class JudgeStatistics
{
    private readonly List<double> _firstWins = [], _consistent = [], _mass = [];
    private int _comparisons, _missing;

    /// <summary>Adds a row's details.</summary>
    public void Add(JsonObject? details)
    {
        foreach (JsonNode? node in details?["comparisons"]?.AsArray() ?? [])
        {
            JsonObject comparison = node!.AsObject();
            double a = Number(comparison, "a_first"), b = Number(comparison, "b_first");
            _comparisons++;
            _missing += Missing(comparison, "a_first", a) + Missing(comparison, "b_first", b);
            if (Number(comparison, "verdict_mass") is var mass && double.IsFinite(mass)) _mass.Add(mass);
            if (double.IsNaN(a) || double.IsNaN(b)) continue;
            // P(first wins), the mean of both orders: a when A is first, 1 - b when B is first.
            _firstWins.Add((a + 1 - b) / 2);
            _consistent.Add((a - 0.5) * (b - 0.5) > 0 ? 1 : 0);
        }
    }

    /// <summary>The figures, or null where nothing was compared.</summary>
    public JsonObject? ToJson()
    {
        if (_comparisons == 0) return null;
        var json = new JsonObject { ["comparisons"] = _comparisons, ["without_verdict"] = _missing };
        if (_firstWins.Count > 0)
        {
            json["first_shown_wins"] = StageAudit.ToJson(Interval.Mean([.. _firstWins]));
            json["orders_agree"] = StageAudit.ToJson(Interval.Proportion(_consistent.Sum(), _consistent.Count));
        }

        if (_mass.Count > 0) json["verdict_mass"] = StageAudit.ToJson(Interval.Mean([.. _mass]));
        return json;
    }

    /// <summary>The figures as a line for people, or null.</summary>
    public string? Line()
    {
        if (_comparisons == 0) return null;
        string missing = _missing > 0 ? $", {_missing} answers without a verdict" : "";
        string bias = _firstWins.Count == 0 ? "" : $", the first shown wins {100 * _firstWins.Average():0.0} %, both orders agree in {100 * _consistent.Average():0.0} %";
        string mass = _mass.Count > 0 && _mass.Average() < 0.5 ? $"; only {100 * _mass.Average():0.#} % of the judge's probability is on its two verdicts: it may not follow the form" : "";
        return $"{_comparisons} comparisons{bias}{missing}{mass}";
    }

    private static double Number(JsonObject comparison, string key) => comparison[key]?.GetValue<double>() ?? double.NaN;

    private static int Missing(JsonObject comparison, string key, double value) => comparison.ContainsKey(key) && double.IsNaN(value) ? 1 : 0;
}
