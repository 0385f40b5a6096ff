using System.Text.Json.Nodes;
using Spa.Engine.Configuration;
using Spa.Engine.Formats;
using Spa.Engine.Models;
using Spa.Engine.Training;

namespace Spa.Engine.Pipeline;

/// <summary>One training stage by itself: <c>spa sft</c>, <c>spa dpo</c>, <c>spa reward</c> and <c>spa rloo</c>. The trained model is the folder <c>model</c> of the output folder, metrics.jsonl and
/// trainer_state.json stand beside it. With <c>eval_dataset</c> held-out rows are evaluated before and after.</summary>
public static class SingleStage
{
    /// <summary>Trains as the configuration says; does nothing if that was done before, continues if it was interrupted.</summary>
    public static void Run(RunConfig config, RunContext context, JsonObject environment)
    {
        TrainingConfig training = config.Training;
        TrainingSetup.RequireSupported(training, config.Stage);
        context = context with { Format = TrainingSetup.Quantisation(training) };
        if (config.Stage == ConfigurationStage.Dpo && training.LossType.Contains("spa") && training.RefModelNameOrPath is not null
            && training.RefModelNameOrPath != training.ModelNameOrPath)
            context.Log.Notice("the reference differs from the policy: margins are not 0 at the first update");
        string modelPath = training.ModelNameOrPath ?? throw new UsageException("'model_name_or_path' is missing: name a Hugging Face folder or a .gguf file");
        string dataset = training.DatasetName ?? throw new UsageException("'dataset_name' is missing: name a file of rows");
        if (HubNames.IsLike(dataset))
            throw new UsageException($"'dataset_name: {dataset}' is a data set of the Hugging Face Hub, expected a file; {HubNames.Advice(dataset)} and name its JSON Lines or Parquet file");
        var folder = new RunFolder(training.OutputDir ?? throw new UsageException("'output_dir' is missing: name a folder"));
        using ModelBundle bundle = ModelBundle.Open(modelPath, null, context.BaseModel, rewards: config.Stage == ConfigurationStage.Reward);
        foreach (string line in bundle.PassedOver) context.Log.Notice(line);
        using TaskData data = TaskData.Read(config, dataset, bundle, context);
        string name = data.Name;
        TrainerSettings settings = data.Settings();
        var state = new RunState(folder.State, environment);
        AtomicFile.WriteAllText(folder.Config, config.ToYaml());
        string modelKey = ContentHash.OfModel(bundle), referenceKey = data.ReferenceKey ?? modelKey;
        var inputs = new JsonObject
        {
            ["model"] = modelKey,
            ["reference"] = data.ReferencePath is null ? null : referenceKey,
            ["data"] = data.Hash,
            ["objective"] = data.Objective,
            ["spa"] = data.Refinement?.ToString(),
            ["settings"] = TrainingSetup.Identity(settings),
            ["dtype"] = context.Storage,
        };
        if (training.UsePeft && !bundle.IsAdapter) inputs["adapter"] = TrainingSetup.Adapter(training).ToString();
        if (bundle.IsAdapter && !training.UsePeft) context.Log.Notice($"'{bundle.Path}' is an adapter: it is trained, its base is not");
        string model = Path.Combine(folder.Path, "model"), checkpoints = Path.Combine(folder.Path, "checkpoints");
        var evaluation = new StageEvaluation(config, context, bundle, data, folder, state);
        JsonObject? before = evaluation.Before(modelKey, referenceKey);
        // So that it can be read while the stage trains; training takes up the log behind it.
        if (state.Find($"{name}/train") is null) StageRecord.WriteMetrics(folder, name, before, null);
        PhaseRecord trained = state.Run($"{name}/train", inputs, [model], context.Log, key =>
        {
            using Model weights = data.LoadPolicy();
            using var policy = new PolicyState(weights, settings.Optimizer, settings.Seed);
            using ITrainingTask task = data.MakeTask(policy, settings, referenceKey, folder, state);
            return new StageTraining(context, bundle, name, key)
            {
                MetricsPath = folder.Metrics,
                CheckpointFolder = checkpoints,
                ModelFolder = model,
                TensorBoardFolder = training.ReportTo.Contains("tensorboard") ? folder.TensorBoard : null,
            }.Run(policy, task, settings);
        });
        TrainingCheckpoint.Clear(checkpoints);
        JsonObject? after = evaluation.After(model, trained.Key, referenceKey);
        StageRecord.WriteMetrics(folder, name, before, after);
        StageRecord.WriteCard(config, model, bundle, data, settings, trained, environment, before, after);
    }
}
