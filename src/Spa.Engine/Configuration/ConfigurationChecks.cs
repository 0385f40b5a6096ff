namespace Spa.Engine.Configuration;

/// <summary>Rules that join several keys; a rule about one key is in the table.</summary>
internal static class ConfigurationChecks
{
    private static readonly string[] s_ownReports = ["none", "all", "tensorboard"];

    private static readonly Dictionary<string, string[]> s_scheduleOptions = new()
    {
        ["cosine"] = ["num_cycles"],
        ["cosine_with_min_lr"] = ["min_lr", "min_lr_rate", "num_cycles"],
        ["cosine_with_restarts"] = ["num_cycles"],
        ["polynomial"] = ["lr_end", "power"],
        ["warmup_stable_decay"] = ["num_stable_steps", "num_decay_steps", "warmup_type", "decay_type", "min_lr_ratio", "num_cycles"],
        ["inverse_sqrt"] = ["timescale"],
    };

    public static void Run(RunConfig config, ConfigurationDocument document, List<string> notices)
    {
        CheckTraining(config.Training, document);
        CheckSchedule(config.Training, document, notices);
        Check(
            config.Stage == ConfigurationStage.Rloo || config.Training.MaxCompletionLength is null, document, "max_completion_length",
            () => "'max_completion_length' is for spa rloo; max_length bounds prompt and response together; remove it");
        foreach (string service in config.Training.ReportTo.Where(name => !s_ownReports.Contains(name)))
        {
            notices.Add($"{document.Place("report_to")}: report_to: {service} has no counterpart; metrics.jsonl and the report are always written");
        }

        if (config.Training.LossType.Contains("spa")) CheckRefinement(config, document, notices);
        if (config.Stage is ConfigurationStage.Run or ConfigurationStage.Rloo) CheckJudging(config.Spa, document);
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
    }

    // transformers refuses an option of another schedule, and does not look at the options of a constant one.
    private static void CheckSchedule(TrainingConfig training, ConfigurationDocument document, List<string> notices)
    {
        (string type, SchedulerConfig options) = (training.LrSchedulerType, training.LrSchedulerKwargs);
        foreach ((ConfigurationKey key, object? value) in ConfigurationRecords.Read(options, "lr_scheduler_kwargs"))
        {
            if (value is null || s_scheduleOptions.GetValueOrDefault(type)?.Contains(key.Name) == true) continue;
            string message = $"'{key.Path}' is not an option of lr_scheduler_type {type}";
            if (!type.StartsWith("constant", StringComparison.Ordinal)) throw new UsageException($"{document.Place(key.Path)}: {message}; remove it");
            notices.Add($"{document.Place(key.Path)}: {message}; it is ignored");
        }

        Check(
            type != "warmup_stable_decay" || options.NumDecaySteps is not null, document, "lr_scheduler_type",
            () => "'lr_scheduler_type: warmup_stable_decay' needs lr_scheduler_kwargs.num_decay_steps");
        Check(
            type != "cosine_with_min_lr" || options.MinLr is null != options.MinLrRate is null, document, "lr_scheduler_type",
            () => "'lr_scheduler_type: cosine_with_min_lr' needs lr_scheduler_kwargs.min_lr or min_lr_rate, one of them");
        Check(
            type != "polynomial" || training.LearningRate > (options.LrEnd ?? 1e-7), document, "lr_scheduler_type",
            () => $"'lr_scheduler_type: polynomial' falls to lr_scheduler_kwargs.lr_end, {options.LrEnd ?? 1e-7}; learning_rate {training.LearningRate} must be above it");
    }

    // Fewer pairs than 1 / K have no K-quantile to be below, and nothing is ever flagged.
    private static void CheckRefinement(RunConfig config, ConfigurationDocument document, List<string> notices)
    {
        (SpaConfig spa, int pairs) = (config.Spa, config.Training.PerDeviceTrainBatchSize);
        if (spa.Threshold != "batch" || spa.Flag == "smooth" && spa.LabelSmoothing.All(alpha => alpha == 0)) return;
        if (spa.NoiseQuantile.Where(share => share > 0 && pairs * share < 1).ToArray() is not { Length: > 0 } small) return;
        notices.Add($"{document.Place("spa.threshold")}: 'spa.threshold: batch' flags nothing: it takes the share 'spa.noise_quantile' {small[0]} of each micro-batch of "
            + $"{Math.Ceiling(1 / small[0])} pairs or more, and 'per_device_train_batch_size' is {pairs}; make it larger, or use quantile");
    }

    private static void CheckJudging(SpaConfig spa, ConfigurationDocument document)
    {
        Check(spa.Judging.Length != "normalize" || spa.Judge == "implicit", document, "spa.judging.length",
            () => $"'spa.judging.length: normalize' is for the implicit judge, whose reward is a sum over tokens; the judge is {spa.Judge}");
        Check(!spa.Judging.Calibrate || spa.Judge == "implicit", document, "spa.judging.calibrate",
            () => $"'spa.judging.calibrate' is for the implicit judge; the judge is {spa.Judge}");
    }

    private static void CheckLoop(SpaConfig spa, ConfigurationDocument document)
    {
        Enough(spa.LabelSmoothing.Count, "spa.label_smoothing", "or one number for all");
        Enough(spa.NoiseQuantile.Count, "spa.noise_quantile", "or one number for all");
        Enough(spa.Extrapolation.Count, "spa.extrapolation", "or one number for all");
        int files = spa.Prompts!.Count;
        Enough(files, "spa.prompts", "or one file with spa.prompts_per_iteration");
        if (spa.PromptsPerIteration is { } counts) Enough(counts.Count, "spa.prompts_per_iteration", "or one number for all");
        Check(
            files > 1 || spa.Iterations <= 1 || spa.PromptsPerIteration is not null, document, "spa.prompts",
            () => $"'spa.prompts' is one file for {spa.Iterations} iterations; say in spa.prompts_per_iteration how many each takes");

        Check(!spa.Filter.Contains("none") || spa.Filter.Count == 1, document, "spa.filter", () => $"'spa.filter' says none and something else: {spa.Filter}");
        Check(!spa.Judging.Calibrate || spa.SeedDataset is not null, document, "spa.judging.calibrate",
            () => "'spa.judging.calibrate' needs labelled pairs to fit a temperature to: spa.seed_dataset is missing");
        Check(spa.Controls?.Contains("seed_only") != true || spa.SeedDataset is not null, document, "spa.controls",
            () => "'spa.controls: seed_only' trains on the seed pairs: spa.seed_dataset is missing");

        void Enough(int count, string key, string or) => Check(
            count == 1 || count >= spa.Iterations, document, key, () => $"'{key}' has {count} values for {spa.Iterations} iterations; give one for each, {or}");
    }

    private static void Check(bool holds, ConfigurationDocument document, string key, Func<string> message)
    {
        if (!holds) throw new UsageException($"{document.Place(key)}: {message()}");
    }
}
