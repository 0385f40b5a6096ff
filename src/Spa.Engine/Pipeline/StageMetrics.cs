using System.Text.Json.Nodes;
using Spa.Engine.Compute;
using Spa.Engine.Evaluation;
using Spa.Engine.Reporting;
using Spa.Engine.Training;

namespace Spa.Engine.Pipeline;

/// <summary>The figures of an evaluation under TRL's names: the training metric's name behind <c>eval_</c>, means over pairs (DPO, rewards) or scored tokens (SFT).</summary>
internal static class StageMetrics
{
    /// <summary>Of labelled pairs. Without a reference policy and reference are one model and every reward is 0.</summary>
    public static JsonObject OfPairs(IReadOnlyList<PairScore> scores, double beta, double labelSmoothing)
    {
        double Chosen(PairScore s) => s.ReferenceChosen is null ? 0 : beta * s.ChosenLogRatio;
        double Rejected(PairScore s) => s.ReferenceRejected is null ? 0 : beta * s.RejectedLogRatio;
        double Loss(double margin) => -(1 - labelSmoothing) * Logistic.LogSigmoid(margin) - labelSmoothing * Logistic.LogSigmoid(-margin);
        return Of(
            (MetricKeys.Loss, scores.Average(s => Loss(Chosen(s) - Rejected(s)))),
            (MetricKeys.RewardsChosen, scores.Average(Chosen)),
            (MetricKeys.RewardsRejected, scores.Average(Rejected)),
            (MetricKeys.RewardsAccuracies, scores.Average(s => Chosen(s) > Rejected(s) ? 1.0 : 0)),
            (MetricKeys.RewardsMargins, scores.Average(s => Chosen(s) - Rejected(s))),
            (MetricKeys.LogpsChosen, scores.Average(s => s.Chosen)),
            (MetricKeys.LogpsRejected, scores.Average(s => s.Rejected)));
    }

    /// <summary>Of labelled pairs under a reward model, with the margins of the pairs.</summary>
    public static JsonObject OfRewards(IReadOnlyList<RewardScore> scores, double[] margins, RewardObjective objective) => Of(
        (MetricKeys.Loss, scores.Zip(margins, (s, margin) => objective.Of(s.Chosen, s.Rejected, margin).Loss).Average()),
        (MetricKeys.MinReward, scores.Min(s => Math.Min(s.Chosen, s.Rejected))),
        (MetricKeys.MeanReward, scores.Average(s => (s.Chosen + s.Rejected) / 2)),
        (MetricKeys.MaxReward, scores.Max(s => Math.Max(s.Chosen, s.Rejected))),
        (MetricKeys.Accuracy, scores.Average(s => s.Chosen > s.Rejected ? 1.0 : 0)),
        (MetricKeys.Margin, scores.Average(s => s.Chosen - s.Rejected)));

    /// <summary>Of sampled responses and their rewards.</summary>
    public static JsonObject OfResponses(IReadOnlyList<(double Reward, int Tokens)> scores) =>
        Of((MetricKeys.Reward, scores.Average(s => s.Reward)), (MetricKeys.CompletionLength, scores.Average(s => s.Tokens)));

    /// <summary>Of examples.</summary>
    public static JsonObject OfExamples(IReadOnlyList<ExampleScore> scores)
    {
        double tokens = scores.Sum(s => (double)s.Tokens);
        return Of((MetricKeys.Loss, scores.Sum(s => s.Loss) / tokens), (MetricKeys.Entropy, scores.Sum(s => s.Entropy) / tokens),
            (MetricKeys.MeanTokenAccuracy, scores.Sum(s => s.Correct) / tokens));
    }

    /// <summary>The metrics of an evaluation file; what was not finite is NaN.</summary>
    public static Dictionary<string, double> Values(JsonObject evaluation) =>
        evaluation["metrics"]!.AsObject().ToDictionary(m => m.Key, m => m.Value?.GetValue<double>() ?? double.NaN);

    public static JsonObject ToJson(ExampleScore score) =>
        new() { ["loss"] = Number(score.Loss), ["correct"] = score.Correct, ["entropy"] = Number(score.Entropy), ["tokens"] = score.Tokens };

    public static ExampleScore ScoreFromJson(JsonObject json) =>
        new(json["loss"]?.GetValue<double>() ?? double.NaN, json["correct"]!.GetValue<double>(), json["entropy"]?.GetValue<double>() ?? double.NaN,
            json["tokens"]!.GetValue<int>());

    private static JsonObject Of(params ReadOnlySpan<(string Key, double Value)> values)
    {
        var json = new JsonObject();
        foreach ((string key, double value) in values) json[MetricKeys.Evaluation + key] = Number(value);
        return json;
    }

    // JSON has no NaN.
    private static JsonNode? Number(double value) => double.IsFinite(value) ? value : null;
}
