using System.Text.Json.Nodes;
using Spa.Engine.Evaluation;
using Spa.Engine.Evaluation.Statistics;

namespace Spa.Engine.Pipeline.Audits;

/// <summary>
/// What an oracle says about an iteration's data: how good the responses are, how often and how surely the judge is right, and whether the noise flags find its
/// mistakes. Pairs that the oracle calls even count nowhere.
/// </summary>
internal static class GoldAudit
{
    /// <summary>The figures; null where the oracle knows none of the responses.</summary>
    /// <param name="decisions">All decisions.</param>
    /// <param name="margins">One per pair among them, or empty.</param>
    /// <param name="scores">The oracle's score of every response by the row's index.</param>
    /// <param name="seed">Of resampling.</param>
    public static JsonObject? Of(IReadOnlyList<JudgedRow> decisions, IReadOnlyList<PairMargin> margins, IReadOnlyDictionary<int, double[]> scores, ulong seed)
    {
        double[][] known = [.. scores.OrderBy(s => s.Key).Select(s => s.Value.Where(double.IsFinite).ToArray()).Where(s => s.Length > 0)];
        if (known.Length == 0) return null;
        var json = new JsonObject { ["score"] = StageAudit.ToJson(Bootstrap.GroupedMean([.. known.Select(s => s.Sum())], [.. known.Select(s => s.Length)], seed)) };
        JudgedRow[] pairs = [.. decisions.Where(d => d.IsPair)];
        double[] differences = [.. pairs.Select(p => scores[p.Sampled.Index][p.Pair.Chosen] - scores[p.Sampled.Index][p.Pair.Rejected])];
        int[] told = [.. Enumerable.Range(0, pairs.Length).Where(i => double.IsFinite(differences[i]) && differences[i] != 0)];
        json["pairs"] = told.Length;
        json["even"] = differences.Count(d => d == 0);
        if (told.Length == 0) return json;
        double[] judged = [.. told.Select(i => differences[i] > 0 ? pairs[i].Pair.Margin : -pairs[i].Pair.Margin)];
        AddJudge(json, [.. told.Select((i, k) => new GoldPair(pairs[i].Sampled.Index, judged[k]))], judged, seed);
        if (margins.Count == pairs.Length) AddFlags(json, [.. told.Select(i => (margins[i], differences[i] < 0))]);
        return json;
    }

    private static void AddJudge(JsonObject json, GoldPair[] pairs, double[] margins, ulong seed)
    {
        var agreement = GoldAgreement.Of(pairs, seed);
        json["agreement"] = StageAudit.ToJson(agreement.All);
        json["calibration_error"] = StageAudit.ToJson(agreement.CalibrationError);
        json["by_margin"] = new JsonArray([.. agreement.ByMargin.Select(part =>
        {
            JsonObject row = StageAudit.ToJson(part.Agreement);
            (row["from"], row["to"], row["pairs"]) = (part.From, part.To, part.Count);
            return row;
        })]);
        json["calibration_curve"] = new JsonArray([.. Calibration.Curve(margins).Select(bin =>
        {
            JsonObject row = StageAudit.ToJson(bin.Accuracy);
            (row["confidence"], row["pairs"]) = (bin.Confidence, bin.Count);
            return row;
        })]);
    }

    private static void AddFlags(JsonObject json, (PairMargin Margin, bool Wrong)[] all)
    {
        (PairMargin Margin, bool Wrong)[] visited = [.. all.Where(p => p.Margin.IsVisited)];
        if (visited.Length == 0) return;
        (Interval precision, Interval recall) = NoiseDetection.OfFlags([.. visited.Select(p => (p.Margin.Flagged, p.Wrong))]);
        Add("flag_precision", precision);
        Add("flag_recall", recall);
        Add("auc_extrapolated", NoiseDetection.AreaUnderCurve([.. visited.Select(p => (p.Margin.Extrapolated, p.Wrong))]));
        Add("auc_margin", NoiseDetection.AreaUnderCurve([.. visited.Select(p => (p.Margin.Trained, p.Wrong))]));

        void Add(string name, Interval value)
        {
            if (double.IsFinite(value.Value)) json[name] = StageAudit.ToJson(value);
        }
    }
}
