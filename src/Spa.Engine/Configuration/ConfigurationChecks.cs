namespace Spa.Engine.Configuration;

/// <summary>Rules that join several keys; a rule about one key is in the table.</summary>
internal static class ConfigurationChecks
{
    private static readonly string[] s_ownReports = ["none", "all", "tensorboard"];

    public static void Run(RunConfig config, ConfigurationDocument document, List<string> notices)
    {
        CheckTraining(config.Training, document);
        foreach (string service in config.Training.ReportTo.Where(name => !s_ownReports.Contains(name)))
        {
            notices.Add($"{document.Place("report_to")}: report_to: {service} has no counterpart; metrics.jsonl and the report are always written");
        }

        if (config.Stage == ConfigurationStage.Run) CheckLoop(config.Spa, document);
    }

    private static void CheckTraining(TrainingConfig training, ConfigurationDocument document)
    {
        Check(
            training.LossWeights is null || training.LossWeights.Count == training.LossType.Count, document, "loss_weights",
            () => $"'loss_weights' has {training.LossWeights!.Count} values for {training.LossType.Count} losses; give one for each loss_type");
        Check(
            training.LabelSmoothing < 0.5 || !training.LossType.Contains("robust"), document, "label_smoothing",
            () => $"'label_smoothing' must be below 0.5 for loss_type robust; found {training.LabelSmoothing}");
        Check(
            training.MaxPromptLength is null || training.MaxLength is null || training.MaxPromptLength < training.MaxLength, document, "max_prompt_length",
            () => $"'max_prompt_length' {training.MaxPromptLength} leaves no room for a response in 'max_length' {training.MaxLength}");
        Check(
            training.LrSchedulerType != "warmup_stable_decay" || training.LrSchedulerKwargs.NumDecaySteps is not null, document, "lr_scheduler_type",
            () => "'lr_scheduler_type: warmup_stable_decay' needs lr_scheduler_kwargs.num_decay_steps");
        Check(
            training.LrSchedulerType != "cosine_with_min_lr" || training.LrSchedulerKwargs.MinLr is not null || training.LrSchedulerKwargs.MinLrRate is not null,
            document, "lr_scheduler_type", () => "'lr_scheduler_type: cosine_with_min_lr' needs lr_scheduler_kwargs.min_lr or min_lr_rate");
    }

    private static void CheckLoop(SpaConfig spa, ConfigurationDocument document)
    {
        Enough(spa.Extrapolation.Count, "spa.extrapolation", "or one number for all");
        int files = spa.Prompts!.Count;
        Enough(files, "spa.prompts", "or one file with spa.prompts_per_iteration");
        if (spa.PromptsPerIteration is { } counts) Enough(counts.Count, "spa.prompts_per_iteration", "or one number for all");
        Check(
            files > 1 || spa.Iterations <= 1 || spa.PromptsPerIteration is not null, document, "spa.prompts",
            () => $"'spa.prompts' is one file for {spa.Iterations} iterations; say in spa.prompts_per_iteration how many each takes");

        void Enough(int count, string key, string or) => Check(
            count == 1 || count >= spa.Iterations, document, key, () => $"'{key}' has {count} values for {spa.Iterations} iterations; give one for each, {or}");
    }

    private static void Check(bool holds, ConfigurationDocument document, string key, Func<string> message)
    {
        if (!holds) throw new UsageException($"{document.Place(key)}: {message()}");
    }
}
