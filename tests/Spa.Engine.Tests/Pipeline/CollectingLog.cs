namespace Spa.Engine.Tests.Pipeline;

/// <summary>Keeps notices, and calls back at every report of progress with their number so far.</summary>
internal sealed class CollectingLog(Action<int>? progress = null) : RunLog
{
    private int _reports;

    public List<string> Notices { get; } = [];

    /// <summary>Phases in which something was done.</summary>
    public SortedSet<string> Phases { get; } = new(StringComparer.Ordinal);

    public int Reports => _reports;

    /// <summary>What reports of progress said beside their counts.</summary>
    public List<string> Details { get; } = [];

    public override void Notice(string message) => Notices.Add(message);

    public override void Progress(string phase, long done, long total, string unit, string detail = "")
    {
        Phases.Add(phase);
        Details.Add(detail);
        _reports++;
        progress?.Invoke(_reports);
    }
}
