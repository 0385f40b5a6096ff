using System.Text.Json.Nodes;

namespace Spa.Engine.Pipeline.Judges;

/// <summary>The comparison of two responses of a row, in one order or both.</summary>
/// <param name="A">Index of one response.</param>
/// <param name="B">Index of the other.</param>
/// <param name="AFirst">Index of the question that shows A first; -1 if there is none.</param>
/// <param name="BFirst">Index of the question that shows B first; -1 if there is none.</param>
internal readonly record struct RowComparison(int A, int B, int AFirst, int BFirst)
{
    /// <summary>Probability that A is better, the mean over the orders that have a verdict; NaN if none has.</summary>
    public double Probability(IReadOnlyList<PairAnswer> answers)
    {
        double a = AFirst < 0 ? double.NaN : answers[AFirst].FirstWins, b = BFirst < 0 ? double.NaN : 1 - answers[BFirst].FirstWins;
        return double.IsNaN(a) ? b : double.IsNaN(b) ? a : (a + b) / 2;
    }

    /// <summary>Probabilities that A wins by order shown, null without a verdict; absent where the order was not asked for.</summary>
    public JsonObject ToJson(IReadOnlyList<PairAnswer> answers)
    {
        var json = new JsonObject { ["a"] = A, ["b"] = B };
        double mass = double.NaN;
        if (AFirst >= 0)
        {
            json["a_first"] = Number(answers[AFirst].FirstWins);
            mass = answers[AFirst].Mass;
        }

        if (BFirst >= 0)
        {
            json["b_first"] = Number(1 - answers[BFirst].FirstWins);
            mass = double.IsNaN(mass) ? answers[BFirst].Mass : Math.Min(mass, answers[BFirst].Mass);
        }

        if (double.IsFinite(mass)) json["verdict_mass"] = mass;
        return json;
    }

    private static JsonNode? Number(double value) => double.IsFinite(value) ? value : null;
}
