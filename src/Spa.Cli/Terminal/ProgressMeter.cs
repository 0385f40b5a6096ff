using System.Diagnostics;

namespace Spa.Cli.Terminal;

/// <summary>How fast a phase moves. What was done before this process began (a resume) counts as done but not as speed.</summary>
internal sealed class ProgressMeter
{
    private readonly Func<TimeSpan> _clock;
    private readonly TimeSpan _start;
    private readonly long _firstDone;

    public ProgressMeter(string phase, long firstDone, Func<TimeSpan> clock)
    {
        (Phase, Done, _firstDone, _clock) = (phase, firstDone, firstDone, clock);
        _start = clock();
    }

    public string Phase { get; }

    public long Done { get; private set; }

    public long Total { get; private set; }

    public string Unit { get; private set; } = "";

    public string Detail { get; private set; } = "";

    public TimeSpan Elapsed => _clock() - _start;

    public bool IsComplete => Total > 0 && Done >= Total;

    /// <summary>Units per second, or null before anything can be said.</summary>
    public double? Rate => Done > _firstDone && Elapsed.TotalSeconds > 0 ? (Done - _firstDone) / Elapsed.TotalSeconds : null;

    /// <summary>Time to the end at this rate.</summary>
    public TimeSpan? Remaining => Rate is { } rate && Total > Done ? TimeSpan.FromSeconds(Math.Min((Total - Done) / rate, TimeSpan.FromDays(999).TotalSeconds)) : null;

    public static Func<TimeSpan> SystemClock { get; } = () => TimeSpan.FromSeconds(Stopwatch.GetTimestamp() / (double)Stopwatch.Frequency);

    public void Update(long done, long total, string unit, string detail) => (Done, Total, Unit, Detail) = (done, total, unit, detail);
}
