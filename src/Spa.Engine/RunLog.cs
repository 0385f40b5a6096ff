namespace Spa.Engine;

/// <summary>
/// Where long work reports to: notices (one line each) and progress. The engine calls it, the command line draws it
/// (a bar with rate and ETA on a terminal, plain lines in a log file).
/// </summary>
public abstract class RunLog
{
    /// <summary>Drops everything.</summary>
    public static RunLog Silent { get; } = new SilentLog();

    /// <summary>One line that the user should see once: a choice that was made, a limit that was met.</summary>
    public abstract void Notice(string message);

    /// <summary>Progress of a phase; called as often as convenient, the receiver thins it out.</summary>
    /// <param name="phase">Stable name such as <c>stage-1/sample</c>.</param>
    /// <param name="done">Units finished, counted from the phase's beginning even after a resume.</param>
    /// <param name="total">Units in all.</param>
    /// <param name="unit">Plural noun of a unit: <c>prompts</c>, <c>updates</c>.</param>
    /// <param name="detail">Short free text: loss, tokens per second.</param>
    public abstract void Progress(string phase, long done, long total, string unit, string detail = "");

    private sealed class SilentLog : RunLog
    {
        public override void Notice(string message) { }

        public override void Progress(string phase, long done, long total, string unit, string detail = "") { }
    }
}
