using System.Globalization;
using System.Text.Json.Nodes;
using Spa.Engine.Configuration;
using Spa.Engine.Data;
using Spa.Engine.Evaluation;
using Spa.Engine.Models;
using Spa.Engine.Reporting;
using Spa.Engine.Training;

namespace Spa.Engine.Pipeline;

/// <summary>Preference pairs that a reward model learns to order: <c>spa reward</c>.</summary>
internal sealed class RewardData : PairData
{
    // The column that TRL's RewardTrainer takes wherever it is.
    private const string TrlMargin = "margin";

    private bool _hasMargin;

    public RewardData(RunConfig config, string dataset, ModelBundle bundle, RunContext context) : base(config, bundle, context)
    {
        Pairs = Read(dataset);
        if (config.Training.EvalDataset is { } held) Held = Read(held);
        if (_hasMargin && config.Training.MarginColumn is null)
            context.Log.Notice($"{dataset}: rows have a column '{TrlMargin}', which TRL's RewardTrainer would subtract; it is not used (margin_column: {TrlMargin} does)");
    }

    public override string Name => "reward";

    // A new head is drawn with the seed.
    public override string Objective => $"{TrainingSetup.RewardObjective(Config.Training)} {Config.Training.Seed}";

    public override ModelCardMethod Method => ModelCardMethod.Reward;

    public override Model LoadPolicy() => Bundle.LoadReward(Context.Backend, Context.MatrixType, Config.Training.Seed);

    public override ITrainingTask MakeTask(PolicyState policy, TrainerSettings settings, string referenceKey, RunFolder folder, RunState state) =>
        new RewardTask(policy, [.. Pairs.Select(p => new RewardExample(p.Prompt, p.Chosen, p.Rejected, p.Margin))], settings, TrainingSetup.RewardObjective(Config.Training));

    public override JsonObject Evaluate(ModelBundle model, bool isReference, PartialRows rows, string phase)
    {
        List<RewardScore> scores = [.. rows.Existing.Select(RewardScore.FromJson)];
        int first = scores.Count;
        if (first < Held.Count)
        {
            if (first > 0) Context.Log.Notice($"{phase}: continues behind {first} of {Held.Count} pairs");
            using Model weights = model.LoadReward(Context.Backend, Context.MatrixType, Config.Training.Seed);
            TokenizedPair[] left = [.. Held.Skip(first)];
            using var scorer = new RewardScorer(weights, left.Max(p => PackedBatch.WholeRowsFor(weights.Config, p.Prompt.Length, p.Chosen.Length, p.Rejected.Length)));
            Context.Log.Progress(phase, first, Held.Count, "pairs");
            scorer.Score([.. left.Select(p => new ScoreItem(p.Prompt, [p.Chosen, p.Rejected]))], (i, rewards) =>
            {
                scores.Add(new RewardScore(rewards[0], rewards[1]));
                rows.Append(scores[^1].ToJson());
                Context.Log.Progress(phase, scores.Count, Held.Count, "pairs");
            }, Context.Cancel);
        }
        EvaluatedPair[] evaluated = [.. scores.Zip(Held, (s, p) => new EvaluatedPair(s.Chosen - s.Rejected, p.Chosen.Length, p.Rejected.Length))];
        return new JsonObject
        {
            ["measure"] = "reward",
            ["metrics"] = StageMetrics.OfRewards(scores, [.. Held.Select(p => p.Margin)], TrainingSetup.RewardObjective(Config.Training)),
            ["accuracy"] = new JsonArray([.. PreferenceAccuracy.Compute(evaluated).Select(StageAudit.ToJson)]),
        };
    }

    public override ReportTable Results(JsonObject before, JsonObject after) => Table(before, after,
        $"{EvaluationCount} held-out pairs. Agreement: how often the reward orders a pair as its label does.",
        Agreement(), Column("Reward margin", MetricKeys.Margin), Column("Mean reward", MetricKeys.MeanReward), Column("Loss", MetricKeys.Loss));

    public override void Dispose() { }

    private IReadOnlyList<TokenizedPair> Read(string path) => LoopData.ReadPairs(path, Bundle, Truncation, BadRows, Context.Log, margin: Margin);

    private double Margin(PreferenceRow row)
    {
        _hasMargin |= row.Source.ContainsKey(TrlMargin);
        if (Config.Training.MarginColumn is not { } column) return 0;
        if (row.Source[column] is JsonValue value && value.TryGetValue(out double margin) && double.IsFinite(margin)) return margin;
        throw new SpaException(string.Create(CultureInfo.InvariantCulture, $"{row.Location}: '{column}' must be a number (margin_column), found {row.Source[column]?.ToJsonString() ?? "nothing"}"));
    }
}
