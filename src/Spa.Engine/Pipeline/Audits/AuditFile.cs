using System.Text.Json.Nodes;
using Spa.Engine.Reporting;

namespace Spa.Engine.Pipeline.Audits;

/// <summary>audit.json as reports take it.</summary>
internal static class AuditFile
{
    /// <summary>An iteration's audit; null where there is none yet.</summary>
    public static IterationAudit? Read(RunFolder folder, int stage)
    {
        if (RunReportBuilder.ReadJson(folder.Audit(stage)) is not { } a) return null;
        double prompts = a["prompts"]!.GetValue<double>();
        double[] margins = [.. (a["extrapolated_margins"] ?? a["reward_margins"])!.AsArray().Select(m => m!.GetValue<double>())];
        Estimate ShareOf(string outcome) => new((a["outcomes"]![outcome]?.GetValue<double>() ?? 0) / prompts);
        JsonNode? comparisons = a["comparisons"], calibration = a["calibration"];
        return WithGold(a["gold"]?.AsObject(), new IterationAudit
        {
            Stage = RunFolder.StageName(stage),
            Margins = margins.Length == 0 ? null : HistogramData.FromValues(margins),
            Threshold = a["largest_flagged_margin"]?.GetValue<double>() ?? double.NaN,
            Pairs = new Estimate(a["pairs"]!.GetValue<double>()),
            Flagged = Of(a["flagged"]),
            FlagOverlap = Of(a["flag_overlap"]),
            ResponseLength = Of(a["response_length"]),
            StopRate = Of(a["stop_rate"]),
            Cut = Complement(Of(a["stop_rate"])),
            KlToSft = Of(a["kl_to_sft"]),
            LongerWins = Of(a["longer_wins"]),
            Ties = ShareOf("tie"),
            Duplicates = ShareOf("identical"),
            Filtered = a["outcomes"]!["filtered"]?.GetValue<double>() > 0 ? ShareOf("filtered") : Estimate.None,
            DistinctUnigrams = Number(a["distinct_1"]),
            DistinctBigrams = Number(a["distinct_2"]),
            SelfBleu = Number(a["self_bleu"]),
            Temperature = Number(calibration?["temperature"]),
            SeedErrorBefore = Of(calibration?["ece_before"]),
            SeedErrorAfter = Of(calibration?["ece_after"]),
            FirstShownWins = Of(comparisons?["first_shown_wins"]),
            OrdersAgree = Of(comparisons?["orders_agree"]),
            VerdictMass = Of(comparisons?["verdict_mass"]),
            WithoutVerdict = Number(comparisons?["without_verdict"]),
            Requests = Number(a["usage"]?["requests"]),
            Cost = Number(a["usage"]?["cost_with_cache"]),
            SamplerScorerDifference = new Estimate(a["sampler_scorer_difference"]!.GetValue<double>()),
        });
    }

    private static IterationAudit WithGold(JsonObject? gold, IterationAudit audit) => gold is null ? audit : audit with
    {
        GoldScore = Of(gold["score"]),
        JudgeAccuracy = Of(gold["agreement"]),
        CalibrationError = Of(gold["calibration_error"]),
        CalibrationCurve = [.. Rows(gold["calibration_curve"]).Select(row => new CalibrationPoint(row["confidence"]!.GetValue<double>(), Of(row), row["pairs"]!.GetValue<long>()))],
        AccuracyByMargin =
            [.. Rows(gold["by_margin"]).Select(row => new MarginPart(row["from"]!.GetValue<double>(), row["to"]!.GetValue<double>(), Of(row), row["pairs"]!.GetValue<long>()))],
        FlagPrecision = Of(gold["flag_precision"]),
        FlagRecall = Of(gold["flag_recall"]),
        ExtrapolatedArea = Of(gold["auc_extrapolated"]),
        TrainedArea = Of(gold["auc_margin"]),
    };

    private static IEnumerable<JsonObject> Rows(JsonNode? array) => (array?.AsArray() ?? []).Select(row => row!.AsObject());

    private static Estimate Of(JsonNode? node) => RunReportBuilder.ToEstimate(node);

    private static Estimate Number(JsonNode? node) => node is null ? Estimate.None : new Estimate(node.GetValue<double>());

    private static Estimate Complement(Estimate share) => new(1 - share.Value, 1 - share.High, 1 - share.Low);
}
