namespace Spa.Engine.Training;

/// <summary>The learning rate of every update of a stage.</summary>
public sealed class LearningRateSchedule(TrainerSettings settings, int updates)
{
    /// <summary>Updates over which the rate rises from 0.</summary>
    public int Warmup { get; } = settings.WarmupSteps > 0 ? settings.WarmupSteps : (int)Math.Ceiling(updates * settings.WarmupRatio);

    /// <summary>Rate of the update that follows <paramref name="done"/> others (so the first of a warm-up has rate 0, as in transformers).</summary>
    public double At(int done)
    {
        if (settings.Schedule != ScheduleKind.Constant && done < Warmup) return settings.LearningRate * done / Math.Max(1, Warmup);
        double progress = (double)(done - Warmup) / Math.Max(1, updates - Warmup);
        return settings.LearningRate * settings.Schedule switch
        {
            ScheduleKind.Linear => Math.Max(0, 1 - progress),
            ScheduleKind.Cosine => Math.Max(0, 0.5 * (1 + Math.Cos(Math.PI * progress))),
            _ => 1,
        };
    }
}
