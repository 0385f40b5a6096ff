using Spa.Engine.Configuration;
using Spa.Engine.Training.Optimizers;

namespace Spa.Engine.Training;

/// <summary>How one stage is optimised; the names are those of TRL's arguments.</summary>
public sealed record TrainerSettings
{
    public double Epochs { get; init; } = 3;

    /// <summary>Updates; 0 or less: as many as the epochs have.</summary>
    public int MaxSteps { get; init; }

    /// <summary>per_device_train_batch_size: examples of a micro-batch.</summary>
    public int MicroBatch { get; init; } = 8;

    /// <summary>gradient_accumulation_steps: micro-batches of an update.</summary>
    public int Accumulation { get; init; } = 1;

    /// <summary>num_iterations: updates in succession that see the same examples.</summary>
    public int Repeats { get; init; } = 1;

    public double LearningRate { get; init; } = 1e-6;

    public ScheduleKind Schedule { get; init; }

    /// <summary>lr_scheduler_kwargs.</summary>
    public SchedulerConfig ScheduleOptions { get; init; } = new();

    public double WarmupRatio { get; init; }

    /// <summary>Takes precedence over the ratio when positive.</summary>
    public int WarmupSteps { get; init; }

    public OptimizerKind Optimizer { get; init; }

    public double WeightDecay { get; init; }

    public double AdamBeta1 { get; init; } = 0.9;

    public double AdamBeta2 { get; init; } = 0.999;

    public double AdamEpsilon { get; init; } = 1e-8;

    /// <summary>0: no clipping.</summary>
    public double MaxGradNorm { get; init; } = 1;

    public bool Shuffle { get; init; } = true;

    public ulong Seed { get; init; } = 42;

    /// <summary>Updates between two lines of metrics.</summary>
    public int LoggingSteps { get; init; } = 10;

    /// <summary>Updates between two checkpoints; 0: none.</summary>
    public int SaveSteps { get; init; } = 500;

    /// <summary>Checkpoints that stay; 0: all.</summary>
    public int SaveTotalLimit { get; init; } = 1;

    public bool GradientCheckpointing { get; init; }
}
