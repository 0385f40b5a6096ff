using System.Text.Json.Nodes;
using Spa.Engine.Configuration;
using Spa.Engine.Formats;
using Spa.Engine.Reporting;
using Spa.Engine.Training;

namespace Spa.Engine.Pipeline;

/// <summary>
/// Brings a single stage's evaluations to where people and tools look: a line before and one behind the updates of metrics.jsonl, the history of
/// trainer_state.json, and the model card. Made from files, so it can be done again at any time; what is as it should be is not written.
/// </summary>
internal static class StageRecord
{
    /// <summary>Writes metrics.jsonl, and trainer_state.json where it exists.</summary>
    /// <param name="folder">Of the stage.</param>
    /// <param name="stage">Name in the metrics.</param>
    /// <param name="before">Evaluation of the first model, or null.</param>
    /// <param name="after">Evaluation of the trained model, or null.</param>
    public static void WriteMetrics(RunFolder folder, string stage, JsonObject? before, JsonObject? after)
    {
        string statePath = Path.Combine(folder.Path, "trainer_state.json");
        List<MetricsEntry> entries = [.. (File.Exists(folder.Metrics) ? MetricsLog.Read(folder.Metrics) : [])
            .Where(e => e.Stage != stage || !e.Values.Keys.Any(key => key.StartsWith(MetricKeys.Evaluation, StringComparison.Ordinal)))];
        if (before is not null)
        {
            int first = entries.FindIndex(e => e.Stage == stage);
            entries.Insert(first < 0 ? entries.Count : first, Entry(stage, 0, 0, before));
        }
        if (after is not null)
        {
            JsonObject state = JsonFiles.ReadObject(statePath);
            entries.Insert(entries.FindLastIndex(e => e.Stage == stage) + 1,
                Entry(stage, state["global_step"]!.GetValue<long>(), state["epoch"]!.GetValue<double>(), after));
        }
        MetricsWriter.WriteAll(folder.Metrics, entries);
        if (File.Exists(statePath)) TrainerState.ReplaceHistory(statePath, [.. entries.Where(e => e.Stage == stage)]);
    }

    /// <summary>Writes README.md into the model's folder.</summary>
    public static void WriteCard(RunConfig config, string modelFolder, ModelBundle model, TaskData data, TrainerSettings settings, PhaseRecord trained,
        JsonObject environment, JsonObject? before, JsonObject? after)
    {
        TrainingConfig training = config.Training;
        BaseCard card = BaseCard.Of(model);
        List<KeyValuePair<string, string>> facts =
        [
            new("Data", $"{Path.GetFileName(training.DatasetName)}, {data.Count} {data.Unit}"),
            .. data.Facts,
            new("Updates", $"{trained.Summary["updates"]} of {settings.MicroBatch * settings.Accumulation} rows"),
            new("Learning rate", settings.LearningRate.ToString("R", System.Globalization.CultureInfo.InvariantCulture)),
            new("Seed", settings.Seed.ToString(System.Globalization.CultureInfo.InvariantCulture)),
        ];
        ModelCardWriter.Write(new ModelCard
        {
            Name = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(training.OutputDir!))),
            BaseModel = card.Name,
            License = card.License,
            LicenseName = card.LicenseName,
            LicenseLink = card.LicenseLink,
            Languages = card.Languages,
            IsAdapter = model.IsAdapter || training.UsePeft,
            Method = data.Method,
            Training = facts,
            Results = after is null ? null : data.Results(before!, after),
            EngineVersion = environment["spa"]?.ToString() ?? "",
        }, Path.Combine(modelFolder, "README.md"));
    }

    private static MetricsEntry Entry(string stage, long step, double epoch, JsonObject evaluation) =>
        new(stage, step, new Dictionary<string, double>(StageMetrics.Values(evaluation)) { [MetricKeys.Epoch] = epoch });
}
