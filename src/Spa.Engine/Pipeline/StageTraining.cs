using System.Text.Json.Nodes;
using Spa.Engine.Reporting;
using Spa.Engine.Reporting.TensorBoard;
using Spa.Engine.Training;

namespace Spa.Engine.Pipeline;

/// <summary>
/// One training stage from its starting weights to a model folder: resumes from its latest checkpoint, logs metrics, checkpoints when asked to
/// stop. What it leaves behind does not depend on how often it was interrupted.
/// </summary>
internal sealed class StageTraining(RunContext context, ModelBundle bundle, string stage, string key)
{
    /// <summary>metrics.jsonl.</summary>
    public required string MetricsPath { get; init; }

    public required string CheckpointFolder { get; init; }

    /// <summary>Where the trained model goes.</summary>
    public required string ModelFolder { get; init; }

    /// <summary>Event files; null: none.</summary>
    public string? TensorBoardFolder { get; init; }

    /// <summary>
    /// Trains <paramref name="policy"/> and writes it. Returns the figures of the last update and tokens seen. Checkpoints stay: the caller
    /// clears them once run.json says that the phase is done.
    /// </summary>
    public PhaseResult Run(PolicyState policy, ITrainingTask task, TrainerSettings settings)
    {
        var trainer = new Trainer(policy, task, settings);
        TrainingCheckpoint.Restore(CheckpointFolder, key, trainer, policy, task);
        if (trainer.Step > 0) context.Log.Notice($"{stage}: continues after update {trainer.Step} of {trainer.Updates}");
        using MetricsWriter metrics = MetricsWriter.Resume(MetricsPath, stage, trainer.Step);
        using EventFileWriter? events = TensorBoardFolder is null ? null
            : EventFileWriter.Create(TensorBoardFolder, DateTimeOffset.UtcNow, trainer.Step > 0 ? trainer.Step : null);
        TrainingRecord? last = null;
        trainer.Run(context.Log, $"{stage}/train", record =>
        {
            last = record;
            var values = new Dictionary<string, double>(record.Values) { [MetricKeys.Epoch] = record.Epoch };
            metrics.Append(new MetricsEntry(stage, record.Step, values));
            events?.Scalars(DateTimeOffset.UtcNow, record.Step, record.Values.Select(v => new KeyValuePair<string, double>($"{stage}/{v.Key}", v.Value)));
        },
        () =>
        {
            metrics.Sync();
            TrainingCheckpoint.Save(CheckpointFolder, key, trainer, policy, task, settings.SaveTotalLimit);
        },
        context.Cancel);
        metrics.Sync();
        WriteModel(policy);
        WriteTrainerState(trainer, settings, task);
        var summary = new JsonObject { ["updates"] = trainer.Updates };
        foreach ((string name, double value) in last?.Values ?? [])
            if (double.IsFinite(value)) summary[name] = value;
        return new PhaseResult(summary, task.TokensSeen);
    }

    // The folder is new each time: what an interrupted or differently configured attempt wrote must not mix with it.
    private void WriteModel(PolicyState policy)
    {
        string temporary = ModelFolder + ".new";
        if (Directory.Exists(temporary)) Directory.Delete(temporary, recursive: true);
        bundle.Write(temporary, policy.Model, master: policy.Master);
        if (Directory.Exists(ModelFolder)) Directory.Delete(ModelFolder, recursive: true);
        Directory.Move(temporary, ModelFolder);
    }

    private void WriteTrainerState(Trainer trainer, TrainerSettings settings, ITrainingTask task)
    {
        new TrainerState
        {
            Epoch = trainer.Epoch,
            GlobalStep = trainer.Step,
            MaxSteps = trainer.Updates,
            NumTrainEpochs = (int)Math.Ceiling(settings.Epochs),
            LoggingSteps = settings.LoggingSteps,
            SaveSteps = settings.SaveSteps,
            TrainBatchSize = settings.MicroBatch,
            NumInputTokensSeen = task.TokensSeen,
            LogHistory = [.. MetricsLog.Read(MetricsPath).Where(e => e.Stage == stage)],
        }.Write(Path.Combine(Path.GetDirectoryName(Path.GetFullPath(ModelFolder))!, "trainer_state.json"));
    }
}
