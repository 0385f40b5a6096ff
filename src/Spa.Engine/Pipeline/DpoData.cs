using System.Text.Json.Nodes;
using Spa.Engine.Configuration;
using Spa.Engine.Evaluation;
using Spa.Engine.Models;
using Spa.Engine.Reporting;
using Spa.Engine.Training;

namespace Spa.Engine.Pipeline;

/// <summary>Preference pairs and the model they are weighed against: <c>spa dpo</c>.</summary>
internal sealed class DpoData : PairData
{
    private Model? _reference;

    public DpoData(RunConfig config, string dataset, ModelBundle bundle, RunContext context) : base(config, bundle, context)
    {
        Pairs = LoopData.ReadPairs(dataset, bundle, Truncation, BadRows, context.Log);
        if (config.Training.EvalDataset is { } held) Held = LoopData.ReadPairs(held, bundle, Truncation, BadRows, context.Log);
        ReferencePath = config.Training.RefModelNameOrPath;
        if (config.Training.LossType.Contains("spa")) Refinement = TrainingSetup.Refinement(config.Spa, 1);
        if (ReferencePath is not null && Refinement?.ReferenceRefresh > 0)
            throw new UsageException("'spa.reference_refresh' makes the policy the reference, which another reference does not allow; leave out ref_model_name_or_path");
    }

    public override string Name => "dpo";

    public override string Objective => TrainingSetup.Identity(TrainingSetup.Objective(Config.Training));

    public override bool HasReference => true;

    public override ModelCardMethod Method => ModelCardMethod.Dpo;

    public override IEnumerable<KeyValuePair<string, string>> Facts =>
        [new("Loss", string.Join(", ", Config.Training.LossType)), new("Beta", NumberText.Format(new Estimate(Config.Training.Beta), NumberStyle.Number))];

    public override ITrainingTask MakeTask(PolicyState policy, TrainerSettings settings, string referenceKey, RunFolder folder, RunState state)
    {
        PreferenceObjective objective = TrainingSetup.Objective(Config.Training);
        bool replaced = Refinement?.ReferenceRefresh > 0, keepReference = Refinement?.NeedsReference() == true || !objective.TakesReferenceSums;
        _reference = LoadReference(policy.Model);
        IReadOnlyList<PreferenceExample> examples = objective.TakesReferenceSums
            ? ReferenceLogProbs.Precompute(_reference ?? policy.Model, referenceKey, Pairs, Path.Combine(folder.Path, "reference.jsonl"), state, Context, "dpo/reference")
            : [.. Pairs.Select(p => new PreferenceExample(p.Prompt, p.Chosen, p.Rejected))];
        if (keepReference) _reference ??= Start(policy.Model, copy: replaced);
        return new PreferenceTask(policy, keepReference ? _reference : null, examples, settings, objective, Refinement);
    }

    public override JsonObject Evaluate(ModelBundle model, bool isReference, PartialRows rows, string phase)
    {
        using Model policy = Context.Load(model);
        using Model? reference = isReference ? null : LoadReference(policy) ?? Context.Load(Bundle, policy);
        List<PairScore> scores = PairScores.Run(policy, reference, Held, rows, Context, phase);
        double beta = Config.Training.Beta;
        return new JsonObject
        {
            // The implicit reward of the reference itself is 0 for every response.
            ["measure"] = isReference ? "log-likelihood" : "implicit reward",
            ["metrics"] = StageMetrics.OfPairs(scores, beta, Config.Training.LabelSmoothing),
            ["accuracy"] = new JsonArray([.. PreferenceAccuracy.Compute([.. scores.Select(s => s.Evaluated(beta))]).Select(StageAudit.ToJson)]),
        };
    }

    public override ReportTable Results(JsonObject before, JsonObject after) => Table(before, after,
        $"{EvaluationCount} held-out pairs. Agreement: how often the {after["measure"]} orders a pair as its label does; before training by the {before["measure"]}.",
        Agreement(), Column("Reward margin", MetricKeys.RewardsMargins), Column("Loss", MetricKeys.Loss));

    public override void Dispose() => _reference?.Dispose();
}
