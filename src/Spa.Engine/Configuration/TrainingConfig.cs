namespace Spa.Engine.Configuration;

/// <summary>
/// What one training stage needs to know. Every property is the key of the same name in <see cref="ConfigurationKeys"/>, which gives
/// meaning, default, range and source. Made by <see cref="RunConfig"/>; a copy is changed with <c>with</c>.
/// </summary>
public sealed record TrainingConfig
{
    internal TrainingConfig() { }

    public string? Preset { get; init; }

    public string? ModelNameOrPath { get; init; }

    public string? RefModelNameOrPath { get; init; }

    public string Dtype { get; init; } = "";

    public string? DatasetName { get; init; }

    public string? EvalDataset { get; init; }

    public string? OutputDir { get; init; }

    public string BadRows { get; init; } = "";

    public double Beta { get; init; }

    public ValueList<string> LossType { get; init; } = new([]);

    public ValueList<double>? LossWeights { get; init; }

    public double LabelSmoothing { get; init; }

    public double? LdAlpha { get; init; }

    public bool UseWeighting { get; init; }

    public string FDivergenceType { get; init; } = "";

    public double FAlphaDivergenceCoef { get; init; }

    public double DiscopopTau { get; init; }

    public bool? CompletionOnlyLoss { get; init; }

    public bool AssistantOnlyLoss { get; init; }

    public double? CenterRewardsCoefficient { get; init; }

    public string? MarginColumn { get; init; }

    public string? RewardModelNameOrPath { get; init; }

    public int NumGenerations { get; init; }

    public int? MaxCompletionLength { get; init; }

    public double Temperature { get; init; }

    public int NumIterations { get; init; }

    public double Epsilon { get; init; }

    public bool NormalizeAdvantages { get; init; }

    public int? MaxLength { get; init; }

    public int? MaxPromptLength { get; init; }

    public string TruncationMode { get; init; } = "";

    public int PerDeviceTrainBatchSize { get; init; }

    public int GradientAccumulationSteps { get; init; }

    public double NumTrainEpochs { get; init; }

    public int MaxSteps { get; init; }

    public double LearningRate { get; init; }

    public string LrSchedulerType { get; init; } = "";

    public SchedulerConfig LrSchedulerKwargs { get; init; } = new();

    public double WarmupRatio { get; init; }

    public double WarmupSteps { get; init; }

    public string Optim { get; init; } = "";

    public double WeightDecay { get; init; }

    public double AdamBeta1 { get; init; }

    public double AdamBeta2 { get; init; }

    public double AdamEpsilon { get; init; }

    public double MaxGradNorm { get; init; }

    public string TrainSamplingStrategy { get; init; } = "";

    public uint Seed { get; init; }

    public bool GradientCheckpointing { get; init; }

    public bool PrecomputeRefLogProbs { get; init; }

    public double LoggingSteps { get; init; }

    public double SaveSteps { get; init; }

    public int? SaveTotalLimit { get; init; }

    public string? ResumeFromCheckpoint { get; init; }

    public ValueList<string> ReportTo { get; init; } = new([]);

    public bool UsePeft { get; init; }

    public int LoraR { get; init; }

    public double LoraAlpha { get; init; }

    public double LoraDropout { get; init; }

    public ValueList<string>? LoraTargetModules { get; init; }

    public bool UseRslora { get; init; }

    public bool UseDora { get; init; }

    public bool LoadIn4bit { get; init; }

    public bool LoadIn8bit { get; init; }

    public string Bnb4bitQuantType { get; init; } = "";

    public bool UseBnbNestedQuant { get; init; }

    /// <summary>
    /// Updates that warm up, as transformers counts them: <see cref="WarmupSteps"/> from 1 on is a number, below 1 a share rounded up; where
    /// it is 0, <see cref="WarmupRatio"/> is the share.
    /// </summary>
    public int WarmupUpdates(int totalUpdates) =>
        WarmupSteps >= 1 ? (int)Math.Min(WarmupSteps, int.MaxValue) : (int)Math.Ceiling(totalUpdates * (WarmupSteps > 0 ? WarmupSteps : WarmupRatio));

    /// <summary>Updates between two events: <paramref name="setting"/> itself, or below 1 its share of all updates; at least one.</summary>
    public static int Interval(double setting, int totalUpdates) =>
        (int)Math.Clamp(setting >= 1 ? Math.Floor(setting) : Math.Ceiling(setting * totalUpdates), 1, int.MaxValue);
}
