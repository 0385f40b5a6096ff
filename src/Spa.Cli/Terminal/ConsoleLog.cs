using Spa.Engine;

namespace Spa.Cli.Terminal;

/// <summary>
/// Notices and progress for people: one live line on a terminal that can redraw it, otherwise plain lines, at most one per phase in
/// <see cref="PlainInterval"/> and the last. May be called from any thread.
/// </summary>
internal sealed class ConsoleLog : RunLog, IDisposable
{
    public static readonly TimeSpan PlainInterval = TimeSpan.FromSeconds(5);

    /// <summary>Ten pictures a second read as movement; more only cost time.</summary>
    private static readonly TimeSpan s_liveInterval = TimeSpan.FromMilliseconds(100);

    // Carriage return, then "erase to the end of the line".
    private const string ClearLine = "\r\u001b[K";

    // Far more than there are kinds of notices; a service's errors may be different each time.
    private const int RememberedNotices = 1000;

    private readonly Lock _lock = new();
    private readonly HashSet<string> _said = new(StringComparer.Ordinal);
    private readonly CliConsole _console;
    private readonly LogLevel _level;
    private readonly Func<TimeSpan> _clock;
    private ProgressMeter? _meter;
    private TimeSpan _lastShown;
    private bool _lineIsOpen;

    public ConsoleLog(CliConsole console, LogLevel level, Func<TimeSpan>? clock = null) =>
        (_console, _level, _clock) = (console, level, clock ?? ProgressMeter.SystemClock);

    public bool IsVerbose => _level == LogLevel.Verbose;

    public override void Notice(string message)
    {
        if (_level == LogLevel.Quiet) return;
        lock (_lock)
        {
            // A study reads the same rows for every arm.
            if (_said.Contains(message)) return;
            if (_said.Count < RememberedNotices) _said.Add(message);
            EraseLine();
            _console.Error.WriteLine(message);
            if (_meter is { IsComplete: false } && _console.ErrorIsLive) DrawLine();
        }
    }

    /// <summary>A notice that only <c>--verbose</c> shows.</summary>
    public void Detail(string message)
    {
        if (IsVerbose) Notice(message);
    }

    public override void Progress(string phase, long done, long total, string unit, string detail = "")
    {
        if (_level == LogLevel.Quiet) return;
        lock (_lock)
        {
            // Pairs and answers of one phase have speeds of their own.
            if (_meter is null || _meter.Phase != phase || _meter.Unit != unit)
            {
                CloseLine();
                _meter = new ProgressMeter(phase, done, _clock);
                _lastShown = _console.ErrorIsLive ? TimeSpan.MinValue : _clock();
            }

            bool wasComplete = _meter.IsComplete;
            _meter.Update(done, total, unit, detail);
            if (wasComplete && _meter.IsComplete) return;
            TimeSpan interval = _console.ErrorIsLive ? s_liveInterval : PlainInterval;
            if (!_meter.IsComplete && _lastShown != TimeSpan.MinValue && _clock() - _lastShown < interval) return;
            _lastShown = _clock();
            if (_console.ErrorIsLive) DrawLine();
            else _console.Error.WriteLine(ProgressText.Plain(_meter));
            if (_meter.IsComplete) CloseLine();
        }
    }

    /// <summary>Runs <paramref name="write"/>, which writes to the terminal itself, with the live line out of the way.</summary>
    public void Outside(Action write)
    {
        lock (_lock)
        {
            EraseLine();
            write();
        }
    }

    /// <summary>Leaves the last picture of the live line standing.</summary>
    public void Dispose()
    {
        lock (_lock) CloseLine();
    }

    private void DrawLine()
    {
        _console.Error.Write(ClearLine + ProgressText.Live(_meter!, _console.Width(), _console.Unicode));
        _console.Error.Flush();
        _lineIsOpen = true;
    }

    private void EraseLine()
    {
        if (!_lineIsOpen) return;
        _console.Error.Write(ClearLine);
        _lineIsOpen = false;
    }

    private void CloseLine()
    {
        if (!_lineIsOpen) return;
        _console.Error.WriteLine();
        _lineIsOpen = false;
    }
}
