namespace Spa.Engine.Training;

/// <summary>lr_scheduler_type, with the definitions of transformers.</summary>
public enum ScheduleKind : byte
{
    Linear,

    Cosine,

    Constant,

    ConstantWithWarmup,

    CosineWithMinLr,

    CosineWithRestarts,

    Polynomial,

    InverseSqrt,

    WarmupStableDecay,
}
