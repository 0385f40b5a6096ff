using System.Text.Json.Nodes;
using Spa.Engine.Preference;

namespace Spa.Engine.Pipeline.Judges;

/// <summary>Another judge's rewards after <see cref="RewardAdjustment"/>; the details keep those before it.</summary>
internal sealed class AdjustedJudge(IResponseJudge inner, RewardAdjustment adjustment) : IResponseJudge
{
    private const string Before = "rewards_before";

    public string Name => inner.Name;

    public JsonObject? Usage => inner.Usage;

    /// <summary>A judge's rewards as it gave them: those of the details of its verdict, or the verdict's own.</summary>
    public static double[] Unadjusted(double[] rewards, JsonObject? details) =>
        details?[Before] is JsonArray before ? [.. before.Select(r => r?.GetValue<double>() ?? double.NaN)] : rewards;

    public void Judge(IReadOnlyList<SampledRow> rows, Action<int, RowVerdict> done, CancellationToken cancel) => inner.Judge(rows, (i, verdict) =>
    {
        JsonObject details = verdict.Details ?? [];
        details[Before] = new JsonArray([.. verdict.Rewards.Select(r => double.IsFinite(r) ? (JsonNode)r : null)]);
        done(i, new RowVerdict([.. verdict.Rewards.Zip(rows[i].Responses, (reward, response) => adjustment.Of(reward, response.Ids.Length))], details));
    }, cancel);

    public void Dispose() => inner.Dispose();
}
