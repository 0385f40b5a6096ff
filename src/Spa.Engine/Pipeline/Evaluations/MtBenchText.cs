using System.Globalization;
using System.Text.Json.Nodes;
using Spa.Engine.Evaluation.MtBench;
using Spa.Engine.Evaluation.Statistics;

namespace Spa.Engine.Pipeline.Evaluations;

/// <summary>MT-Bench scores as JSON and as lines for people.</summary>
public static class MtBenchText
{
    public static JsonObject ToJson(MtBenchScores scores)
    {
        var json = new JsonObject { ["score"] = Of(scores.Score), ["first_turn"] = Of(scores.FirstTurn), ["second_turn"] = Of(scores.SecondTurn) };
        json["categories"] = new JsonObject(scores.Categories.Select(c => KeyValuePair.Create(c.Key, Of(c.Value))));
        json["ratings"] = scores.Rated;
        json["without_rating"] = scores.Unrated;
        return json;
    }

    public static IEnumerable<string> Lines(MtBenchScores scores)
    {
        yield return Line("MT-Bench score", scores.Score);
        yield return Line("first turn", scores.FirstTurn);
        if (double.IsFinite(scores.SecondTurn.Value)) yield return Line("second turn", scores.SecondTurn);
        foreach ((string category, Interval score) in scores.Categories) yield return Line("  " + category, score);
        yield return $"{scores.Rated} ratings{(scores.Unrated > 0 ? $", {scores.Unrated} judgements without one left out" : "")}";
    }

    private static JsonNode? Of(Interval score) => double.IsFinite(score.Value) ? StageAudit.ToJson(score) : null;

    private static string Line(string name, Interval score) =>
        string.Create(CultureInfo.InvariantCulture, $"{name,-16} {score.Value,5:0.00}{(double.IsFinite(score.Low) ? $" [{score.Low:0.00}, {score.High:0.00}]" : "")}");
}
