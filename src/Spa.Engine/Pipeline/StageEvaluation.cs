using System.Text.Json.Nodes;
using Spa.Engine.Configuration;
using Spa.Engine.Formats;

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
        using ModelBundle trained = ModelBundle.Open(path, null, context.BaseModel, rewards: true);
        return Run("after", trained, modelKey, referenceKey);
    }

    private JsonObject? Run(string moment, ModelBundle model, string modelKey, string referenceKey)
    {
        if (!data.HasEvaluation) return null;
        string phase = $"{data.Name}/evaluate-{moment}", file = Path.Combine(folder.Path, $"evaluation-{moment}.json");
        var inputs = new JsonObject
        {
            ["model"] = modelKey,
            ["reference"] = data.HasReference ? referenceKey : null,
            ["data"] = data.EvaluationHash,
            ["objective"] = data.Objective,
            ["beta"] = config.Training.Beta,
            ["label_smoothing"] = config.Training.LabelSmoothing,
            ["dtype"] = context.Storage,
        };
        state.Run(phase, inputs, [file], context.Log, key =>
        {
            using var rows = new PartialRows(Path.ChangeExtension(file, ".jsonl"), key);
            JsonObject document = data.Evaluate(model, modelKey == referenceKey, rows, phase);
            rows.Commit();
            AtomicFile.WriteAllText(file, document.ToJsonString(StageAudit.Indented) + "\n");
            return new PhaseResult(new JsonObject { ["rows"] = data.EvaluationCount });
        });
        return JsonFiles.ReadObject(file);
    }
}
