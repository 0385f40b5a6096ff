namespace Spa.Engine.Pipeline;

/// <summary>The log of a run inside another: its phases and notices bear the inner run's name.</summary>
internal sealed class PrefixedLog(RunLog inner, string prefix) : RunLog
{
    public override void Notice(string message) => inner.Notice($"{prefix}: {message}");

    public override void Progress(string phase, long done, long total, string unit, string detail = "") => inner.Progress($"{prefix}/{phase}", done, total, unit, detail);
}
