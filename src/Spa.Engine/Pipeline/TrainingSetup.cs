using Spa.Engine.Configuration;
using Spa.Engine.Data;
using Spa.Engine.Models;
using Spa.Engine.Models.Adapters;
using Spa.Engine.Preference;
using Spa.Engine.Training;

namespace Spa.Engine.Pipeline;

/// <summary>From configuration keys to what the engine takes; an option that this engine does not have is refused by name.</summary>
internal static class TrainingSetup
{
    /// <summary>Throws if a key asks for something that is not built.</summary>
    public static void RequireSupported(TrainingConfig config, ConfigurationStage stage)
    {
        void Refuse(bool condition, string key, string found, string supported)
        {
            if (condition) throw new UsageException($"'{key}: {found}' is not supported by this build; supported: {supported}");
        }

        if (stage == ConfigurationStage.Reward) throw new UsageException("training a reward model is not supported by this build; supported: sft, dpo, run");
        if (stage is ConfigurationStage.Dpo or ConfigurationStage.Run)
        {
            Refuse(config.LossType.Count != 1 || config.LossType[0] is not ("sigmoid" or "spa"), "loss_type", string.Join(", ", config.LossType), "sigmoid, spa");
            bool refined = stage == ConfigurationStage.Run || config.LossType[0] == "spa";
            Refuse(config.LabelSmoothing != 0 && refined, "label_smoothing", $"{config.LabelSmoothing}", "spa.label_smoothing, which the spa loss uses");
            Refuse(config.LossWeights is not null, "loss_weights", "set", "unset");
            Refuse(config.LdAlpha is not null, "ld_alpha", $"{config.LdAlpha}", "unset");
            Refuse(config.UseWeighting, "use_weighting", "true", "false");
            Refuse(config.FDivergenceType != "reverse_kl", "f_divergence_type", config.FDivergenceType, "reverse_kl");
        }
        Refuse(config.Optim is not ("adamw_torch" or "adamw_torch_fused" or "paged_adamw_32bit"), "optim", config.Optim,
            "adamw_torch, adamw_torch_fused, paged_adamw_32bit");
        Refuse(config.LrSchedulerKwargs != new SchedulerConfig(), "lr_scheduler_kwargs", "set", "unset");
        _ = Schedule(config);
    }

    /// <summary>Settings of a stage with <paramref name="examples"/> examples.</summary>
    public static TrainerSettings Settings(TrainingConfig config, int examples, double epochs, double? learningRate = null)
    {
        int microBatches = (examples + config.PerDeviceTrainBatchSize - 1) / config.PerDeviceTrainBatchSize;
        int perEpoch = (microBatches + config.GradientAccumulationSteps - 1) / config.GradientAccumulationSteps;
        int updates = config.MaxSteps > 0 ? config.MaxSteps : Math.Max(1, (int)Math.Ceiling(epochs * perEpoch));
        return new TrainerSettings
        {
            Epochs = epochs,
            MaxSteps = config.MaxSteps,
            MicroBatch = config.PerDeviceTrainBatchSize,
            Accumulation = config.GradientAccumulationSteps,
            LearningRate = learningRate ?? config.LearningRate,
            Schedule = Schedule(config),
            WarmupSteps = config.WarmupUpdates(updates),
            WeightDecay = config.WeightDecay,
            AdamBeta1 = config.AdamBeta1,
            AdamBeta2 = config.AdamBeta2,
            AdamEpsilon = config.AdamEpsilon,
            MaxGradNorm = config.MaxGradNorm,
            Shuffle = config.TrainSamplingStrategy == "random",
            Seed = config.Seed,
            LoggingSteps = TrainingConfig.Interval(config.LoggingSteps, updates),
            SaveSteps = TrainingConfig.Interval(config.SaveSteps, updates),
            SaveTotalLimit = config.SaveTotalLimit ?? 0,
            GradientCheckpointing = config.GradientCheckpointing,
        };
    }

    /// <summary>What the trained weights depend on: intervals of logging and saving and recomputed activations change no bit and are left out.</summary>
    public static string Identity(TrainerSettings settings) =>
        (settings with { LoggingSteps = 0, SaveSteps = 0, SaveTotalLimit = 0, GradientCheckpointing = false }).ToString();

    /// <summary>What a new adapter is like.</summary>
    public static AdapterSettings Adapter(TrainingConfig config) => new()
    {
        Rank = config.LoraR,
        Alpha = config.LoraAlpha,
        Dropout = config.LoraDropout,
        UseRslora = config.UseRslora,
        UseDora = config.UseDora,
        TargetModules = config.LoraTargetModules,
    };

    /// <summary>The model with a new adapter, if use_peft asks for one and it has none; its weights are shared and owned by what is returned.</summary>
    public static Model Adapted(Model model, TrainingConfig config)
    {
        if (!config.UsePeft || model.Adapter is not null) return model;
        using (model) return AdapterFiles.Create(model, Adapter(config), config.Seed);
    }

    /// <summary>Refinement of iteration <paramref name="iteration"/> (from 1).</summary>
    public static RefinementSettings Refinement(SpaConfig config, int iteration) => new()
    {
        LabelSmoothing = config.LabelSmoothing,
        NoiseQuantile = config.NoiseQuantile,
        Extrapolation = config.ExtrapolationOf(iteration),
        Threshold = config.Threshold switch
        {
            "quantile" => ThresholdKind.Quantile,
            "rolling" => ThresholdKind.Rolling,
            _ => ThresholdKind.Batch,
        },
        WarmupRatio = config.RefineWarmupRatio,
    };

    public static Truncation Truncation(TrainingConfig config) => new(config.MaxLength, config.MaxPromptLength,
        config.TruncationMode == "keep_end" ? TruncationMode.KeepEnd : TruncationMode.KeepStart);

    public static BadRows BadRows(TrainingConfig config) => config.BadRows == "skip" ? Data.BadRows.Skip : Data.BadRows.Stop;

    private static ScheduleKind Schedule(TrainingConfig config) => config.LrSchedulerType switch
    {
        "linear" => ScheduleKind.Linear,
        "cosine" => ScheduleKind.Cosine,
        "constant" => ScheduleKind.Constant,
        "constant_with_warmup" => ScheduleKind.ConstantWithWarmup,
        var other => throw new UsageException($"'lr_scheduler_type: {other}' is not supported by this build; supported: linear, cosine, constant, constant_with_warmup"),
    };
}
