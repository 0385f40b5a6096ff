using System.Text.Json.Nodes;
using Spa.Engine.Training;

namespace Spa.Engine.Tests.Training;

/// <summary>A task that tells when the micro-batches of an update are through, with the number of updates so far.</summary>
internal sealed class HookedTask(ITrainingTask inner, Action<int> updated) : ITrainingTask
{
    private int _updates;

    public int Count => inner.Count;

    public IReadOnlyList<string> MetricNames => inner.MetricNames;

    public long TokensSeen => inner.TokensSeen;

    public void BeginUpdate(ReadOnlySpan<int> examples, UpdateContext context) => inner.BeginUpdate(examples, context);

    public void RunMicroBatch(ReadOnlySpan<int> examples, MetricSums metrics) => inner.RunMicroBatch(examples, metrics);

    public void EndUpdate(MetricSums metrics)
    {
        inner.EndUpdate(metrics);
        updated(++_updates);
    }

    public JsonObject SaveState() => inner.SaveState();

    public void RestoreState(JsonObject state) => inner.RestoreState(state);

    public string Describe(ReadOnlySpan<int> examples) => inner.Describe(examples);

    public void Dispose() => inner.Dispose();
}
