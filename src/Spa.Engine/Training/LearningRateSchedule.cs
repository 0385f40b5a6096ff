using Spa.Engine.Configuration;

namespace Spa.Engine.Training;

/// <summary>The learning rate of every update of a stage: transformers' formulas (optimization.py), which docs/training.md writes out.</summary>
public sealed class LearningRateSchedule
{
    // transformers' defaults.
    private const double Waves = 0.5, Restarts = 1, EndRate = 1e-7;
    private const int DefaultTimescale = 10_000;

    private readonly ScheduleKind _kind;
    private readonly double _peak;
    private readonly int _updates;
    private readonly SchedulerConfig _options;
    private readonly double _minRate;
    private readonly int _stable;

    /// <param name="settings">Peak, kind and options.</param>
    /// <param name="updates">Updates of the stage.</param>
    /// <exception cref="UsageException">The options leave no schedule.</exception>
    public LearningRateSchedule(TrainerSettings settings, int updates)
    {
        (_kind, _peak, _updates, _options) = (settings.Schedule, settings.LearningRate, updates, settings.ScheduleOptions);
        Warmup = settings.WarmupSteps > 0 ? settings.WarmupSteps : (int)Math.Ceiling(updates * settings.WarmupRatio);
        _minRate = _options.MinLr is { } rate ? _peak > 0 ? rate / _peak : 0 : _options.MinLrRate ?? _options.MinLrRatio ?? 0;
        int decay = _options.NumDecaySteps ?? 0;
        _stable = _options.NumStableSteps ?? updates - Warmup - decay;
        if (_kind == ScheduleKind.Polynomial && !(_peak > End))
            throw new UsageException($"'lr_scheduler_type: polynomial' falls to lr_scheduler_kwargs.lr_end, {End}; the learning rate {_peak} must be above it");
    }

    /// <summary>Updates over which the rate rises from 0.</summary>
    public int Warmup { get; }

    private double End => _options.LrEnd ?? EndRate;

    /// <summary>Rate of the update that follows <paramref name="done"/> others (so the first of a warm-up has rate 0, as in transformers).</summary>
    public double At(int done) => _peak * (_kind switch
    {
        ScheduleKind.Constant => 1,
        ScheduleKind.WarmupStableDecay => StableDecay(done),
        _ when done < Warmup => (double)done / Math.Max(1, Warmup),
        ScheduleKind.ConstantWithWarmup => 1,
        ScheduleKind.Linear => Math.Max(0, 1 - Progress(done)),
        ScheduleKind.Cosine => Math.Max(0, Wave(Progress(done), Waves)),
        ScheduleKind.CosineWithMinLr => Math.Max(0, Above(Wave(Progress(done), Waves))),
        ScheduleKind.CosineWithRestarts => Progress(done) >= 1 ? 0 : Math.Max(0, 0.5 * (1 + Math.Cos(Math.PI * ((_options.NumCycles ?? Restarts) * Progress(done) % 1)))),
        ScheduleKind.Polynomial => ((_peak - End) * Math.Pow(Math.Max(0, 1 - Progress(done)), _options.Power ?? 1) + End) / _peak,
        ScheduleKind.InverseSqrt => InverseSqrt(done),
        _ => throw new ArgumentOutOfRangeException(nameof(_kind), _kind, "no such schedule"),
    });

    // Share of the way from the warm-up's end to the stage's.
    private double Progress(int done) => (double)(done - Warmup) / Math.Max(1, _updates - Warmup);

    private double Wave(double progress, double waves) => 0.5 * (1 + Math.Cos(Math.PI * (_options.NumCycles ?? waves) * 2 * progress));

    private double Above(double factor) => factor * (1 - _minRate) + _minRate;

    private double InverseSqrt(int done)
    {
        double timescale = _options.Timescale ?? (Warmup > 0 ? Warmup : DefaultTimescale);
        return 1 / Math.Sqrt((done + (timescale - Warmup)) / timescale);
    }

    private double StableDecay(int done)
    {
        if (done < Warmup) return Math.Max(0, Above(Rise(_options.WarmupType, (double)done / Math.Max(1, Warmup))));
        int into = done - Warmup - _stable, decay = _options.NumDecaySteps ?? 0;
        if (into < 0) return 1;
        return into < decay ? Math.Max(0, Above(Fall(_options.DecayType, (double)into / Math.Max(1, decay)))) : _minRate;
    }

    private static double Rise(string? shape, double progress) => shape switch
    {
        "cosine" => 0.5 * (1 - Math.Cos(Math.PI * progress)),
        "1-sqrt" => 1 - Math.Sqrt(1 - progress),
        _ => progress,
    };

    private double Fall(string? shape, double progress) => shape switch
    {
        "linear" => 1 - progress,
        "1-sqrt" => 1 - Math.Sqrt(progress),
        _ => Wave(progress, Waves),
    };
}
