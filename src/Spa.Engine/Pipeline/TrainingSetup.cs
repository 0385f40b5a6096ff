using Spa.Engine.Compute;
using Spa.Engine.Configuration;
using Spa.Engine.Data;
using Spa.Engine.Models;
using Spa.Engine.Models.Adapters;
using Spa.Engine.Preference;
using Spa.Engine.Training;
using Spa.Engine.Training.Optimizers;

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

        Refuse(stage == ConfigurationStage.Reward && config.UsePeft, "use_peft", "true", "false for a reward model: its head is new and trained whole, and so is the model below it");
        Refuse(config.LoadIn4bit && config.LoadIn8bit, "load_in_8bit", "true", "one of load_in_4bit and load_in_8bit");
        Refuse(Quantisation(config) is not null && !config.UsePeft, config.LoadIn4bit ? "load_in_4bit" : "load_in_8bit", "true",
            stage == ConfigurationStage.Reward ? "false for a reward model, which is trained whole" : "use_peft: true beside it, because codes cannot be trained");
        if (stage is ConfigurationStage.Dpo or ConfigurationStage.Run)
        {
            Refuse(stage == ConfigurationStage.Run && !config.LossType.SequenceEqual(["spa"]), "loss_type", string.Join(", ", config.LossType), "spa, or another one with spa dpo");
            bool onlyRefined = config.LossType.All(loss => loss == "spa");
            Refuse(config.LabelSmoothing != 0 && onlyRefined, "label_smoothing", $"{config.LabelSmoothing}", "spa.label_smoothing, which the spa loss uses");
            Refuse(config.LossType.Contains("spa") && config.LossType.Contains("sigmoid"), "loss_type", string.Join(", ", config.LossType), "one of sigmoid and spa, which are the same loss");
            Refuse(config.UseWeighting && config.LossType.Any(loss => loss is "sft" or "aot" or "aot_unpaired"), "use_weighting", "true",
                "false with sft, aot and aot_unpaired, which are losses of a whole batch");
            Refuse(config.LdAlpha is not null and not 1 && config.LossType.Contains("sft"), "ld_alpha", $"{config.LdAlpha}", "unset with the sft loss, which counts every token once");
            Refuse(config.LabelSmoothing == 0 && config.LossType.Contains("exo_pair"), "label_smoothing", "0", "a number above 0 with exo_pair");
            Refuse(config.Beta == 0, "beta", "0", "a number above 0");
        }
    }

    /// <summary>Settings of a stage with <paramref name="examples"/> examples.</summary>
    public static TrainerSettings Settings(TrainingConfig config, int examples, double epochs, double? learningRate = null, int repeats = 1)
    {
        int microBatches = (examples + config.PerDeviceTrainBatchSize - 1) / config.PerDeviceTrainBatchSize;
        int perEpoch = (microBatches + config.GradientAccumulationSteps - 1) / config.GradientAccumulationSteps * repeats;
        int updates = config.MaxSteps > 0 ? config.MaxSteps : Math.Max(1, (int)Math.Ceiling(epochs * perEpoch));
        return new TrainerSettings
        {
            Epochs = epochs,
            MaxSteps = config.MaxSteps,
            MicroBatch = config.PerDeviceTrainBatchSize,
            Accumulation = config.GradientAccumulationSteps,
            Repeats = repeats,
            LearningRate = learningRate ?? config.LearningRate,
            Schedule = Schedule(config),
            ScheduleOptions = config.LrSchedulerKwargs,
            Optimizer = Optimizer(config),
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

    /// <summary>How the base is quantised; null: it is not.</summary>
    public static QuantisedFormat? Quantisation(TrainingConfig config) => config switch
    {
        { LoadIn8bit: true } => new QuantisedFormat(WeightCode.Int8, IsNested: false),
        { LoadIn4bit: true } => new QuantisedFormat(config.Bnb4bitQuantType == "fp4" ? WeightCode.Fp4 : WeightCode.Nf4, config.UseBnbNestedQuant),
        _ => null,
    };

    /// <summary>The model with a new adapter, if use_peft asks for one and it has none; its weights are shared and owned by what is returned.</summary>
    public static Model Adapted(Model model, TrainingConfig config)
    {
        if (!config.UsePeft || model.Adapter is not null) return model;
        using (model) return AdapterFiles.Create(model, Adapter(config), config.Seed);
    }

    /// <summary>The objective in words that differ wherever the trained weights would.</summary>
    public static string Identity(PreferenceObjective objective) => $"{objective with { Losses = [] }} {string.Join(' ', objective.Losses)}";

    /// <summary>What a preference stage minimises; <c>spa</c> is the sigmoid loss, whose smoothing comes with the refinement.</summary>
    public static PreferenceObjective Objective(TrainingConfig config) => new()
    {
        Beta = config.Beta,
        Losses = [.. config.LossType.Select((name, i) => (Kind(name), config.LossWeights is { } weights ? weights[i] : 1))],
        LabelSmoothing = config.LabelSmoothing,
        Divergence = config.FDivergenceType switch
        {
            "forward_kl" => PairDivergence.ForwardKl,
            "js_divergence" => PairDivergence.JensenShannon,
            "alpha_divergence" => PairDivergence.Alpha,
            _ => PairDivergence.ReverseKl,
        },
        DivergenceAlpha = config.FAlphaDivergenceCoef,
        Tau = config.DiscopopTau,
        Tail = config.LdAlpha ?? 1,
        Weighted = config.UseWeighting,
    };

    /// <summary>What a reward model minimises.</summary>
    public static RewardObjective RewardObjective(TrainingConfig config) => new(config.CenterRewardsCoefficient ?? 0);

    /// <summary>What policy optimisation minimises.</summary>
    public static RlooObjective RlooObjective(TrainingConfig config) => new() { Beta = config.Beta, Epsilon = config.Epsilon, Normalized = config.NormalizeAdvantages };

    /// <summary>Refinement of iteration <paramref name="iteration"/> (from 1).</summary>
    public static RefinementSettings Refinement(SpaConfig config, int iteration) => new()
    {
        LabelSmoothing = config.LabelSmoothingOf(iteration),
        NoiseQuantile = config.NoiseQuantileOf(iteration),
        Extrapolation = config.ExtrapolationOf(iteration),
        Threshold = config.Threshold switch
        {
            "quantile" => NoiseRule.Quantile,
            "rolling" => NoiseRule.Rolling,
            _ => NoiseRule.Batch,
        },
        Flagged = config.Flag switch
        {
            "flip" => FlagEffect.Flip,
            "drop" => FlagEffect.Drop,
            _ => FlagEffect.Smooth,
        },
        ReferenceRefresh = config.ReferenceRefresh,
        WarmupRatio = config.RefineWarmupRatio,
    };

    public static Truncation Truncation(TrainingConfig config) => new(config.MaxLength, config.MaxPromptLength,
        config.TruncationMode == "keep_end" ? TruncationMode.KeepEnd : TruncationMode.KeepStart);

    public static BadRows BadRows(TrainingConfig config) => config.BadRows == "skip" ? Data.BadRows.Skip : Data.BadRows.Stop;

    private static PairLossKind Kind(string name) => name == "spa" ? PairLossKind.Sigmoid : Enum.Parse<PairLossKind>(name.Replace("_", ""), ignoreCase: true);

    private static ScheduleKind Schedule(TrainingConfig config) => config.LrSchedulerType switch
    {
        "linear" => ScheduleKind.Linear,
        "cosine" => ScheduleKind.Cosine,
        "cosine_with_min_lr" => ScheduleKind.CosineWithMinLr,
        "cosine_with_restarts" => ScheduleKind.CosineWithRestarts,
        "polynomial" => ScheduleKind.Polynomial,
        "constant" => ScheduleKind.Constant,
        "constant_with_warmup" => ScheduleKind.ConstantWithWarmup,
        "warmup_stable_decay" => ScheduleKind.WarmupStableDecay,
        _ => ScheduleKind.InverseSqrt,
    };

    // Paging moves moments between a GPU and its host; there is nothing of it in the numbers.
    private static OptimizerKind Optimizer(TrainingConfig config) => config.Optim switch
    {
        "adamw_torch" or "adamw_torch_fused" or "paged_adamw" or "paged_adamw_32bit" => OptimizerKind.AdamW,
        "adamw_8bit" or "adamw_bnb_8bit" or "paged_adamw_8bit" => OptimizerKind.AdamW8Bit,
        "adamw_bf16" => OptimizerKind.AdamWBf16,
        "lion_32bit" or "paged_lion_32bit" => OptimizerKind.Lion,
        "adafactor" => OptimizerKind.Adafactor,
        _ => OptimizerKind.Muon,
    };
}
