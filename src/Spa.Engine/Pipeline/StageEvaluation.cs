using System.Text.Json.Nodes;
using Spa.Engine.Configuration;
using Spa.Engine.Data;
using Spa.Engine.Evaluation;
using Spa.Engine.Formats;
using Spa.Engine.Models;

namespace Spa.Engine.Pipeline;

/// <summary>
/// <c>eval_dataset</c> of a single stage: held-out rows before and after training, each a phase that goes on at the row where it was interrupted.
/// <c>evaluation-before.json</c> and <c>evaluation-after.json</c> hold the metrics under TRL's names, and for pairs the agreement with their labels.
/// </summary>
internal sealed class StageEvaluation(RunConfig config, RunContext context, ModelBundle bundle, TaskData data, RunFolder folder, RunState state)
{
    /// <summary>Evaluates the model that training begins with; null without held-out rows.</summary>
    /// <param name="modelKey">Hash of it.</param>
    /// <param name="referenceKey">Hash of pi_ref.</param>
    public JsonObject? Before(string modelKey, string referenceKey) => Run("before", bundle, modelKey, referenceKey);

    /// <summary>Evaluates the trained model; null without held-out rows.</summary>
    /// <param name="path">Its folder.</param>
    /// <param name="modelKey">Hash of all that it was made from.</param>
    /// <param name="referenceKey">Hash of pi_ref.</param>
    public JsonObject? After(string path, string modelKey, string referenceKey)
    {
        if (!data.HasEvaluation) return null;
        using ModelBundle trained = ModelBundle.Open(path, null, context.BaseModel);
        return Run("after", trained, modelKey, referenceKey);
    }

    private JsonObject? Run(string moment, ModelBundle model, string modelKey, string referenceKey)
    {
        if (!data.HasEvaluation) return null;
        string phase = $"{data.Name}/evaluate-{moment}", file = Path.Combine(folder.Path, $"evaluation-{moment}.json");
        var inputs = new JsonObject
        {
            ["model"] = modelKey,
            ["reference"] = data.IsPairs ? referenceKey : null,
            ["data"] = data.EvaluationHash,
            ["beta"] = config.Training.Beta,
            ["label_smoothing"] = config.Training.LabelSmoothing,
            ["dtype"] = context.MatrixType.ToString(),
        };
        state.Run(phase, inputs, [file], context.Log, key =>
        {
            using var rows = new PartialRows(Path.ChangeExtension(file, ".jsonl"), key);
            using Model policy = model.Load(context.Backend, context.MatrixType);
            JsonObject document = data.IsPairs ? Pairs(policy, modelKey == referenceKey, rows, phase) : Examples(policy, rows, phase);
            rows.Commit();
            AtomicFile.WriteAllText(file, document.ToJsonString(StageAudit.Indented) + "\n");
            return new PhaseResult(new JsonObject { ["rows"] = data.EvaluationCount });
        });
        return JsonFiles.ReadObject(file);
    }

    private JsonObject Pairs(Model policy, bool isReference, PartialRows rows, string phase)
    {
        using Model? reference = isReference ? null : data.LoadReference(policy) ?? bundle.Load(context.Backend, context.MatrixType, policy);
        List<PairScore> scores = PairScores.Run(policy, reference, data.EvaluationPairs, rows, context, phase);
        double beta = config.Training.Beta;
        return new JsonObject
        {
            // The implicit reward of the reference itself is 0 for every response.
            ["measure"] = isReference ? "log-likelihood" : "implicit reward",
            ["metrics"] = StageMetrics.OfPairs(scores, beta, config.Training.LabelSmoothing),
            ["accuracy"] = new JsonArray([.. PreferenceAccuracy.Compute([.. scores.Select(s => s.Evaluated(beta))]).Select(StageAudit.ToJson)]),
        };
    }

    private JsonObject Examples(Model model, PartialRows rows, string phase)
    {
        IReadOnlyList<TokenizedExample> examples = data.EvaluationExamples;
        List<ExampleScore> scores = [.. rows.Existing.Select(StageMetrics.ScoreFromJson)];
        if (scores.Count < examples.Count)
        {
            if (scores.Count > 0) context.Log.Notice($"{phase}: continues behind {scores.Count} of {examples.Count} rows");
            using var scorer = new ExampleScorer(model, examples);
            context.Log.Progress(phase, scores.Count, examples.Count, "rows");
            scorer.Score(scores.Count, score =>
            {
                rows.Append(StageMetrics.ToJson(score));
                scores.Add(score);
                context.Log.Progress(phase, scores.Count, examples.Count, "rows");
            }, context.Cancel);
        }
        return new JsonObject { ["measure"] = "cross entropy", ["metrics"] = StageMetrics.OfExamples(scores) };
    }
}
