using System.Text.Json.Nodes;
using Spa.Engine.Compute;

namespace Spa.Engine.Tests.Preference;

/// <summary>
/// <see cref="NoiseRule.Quantile"/>. Exact over all pairs of the stage; nothing is flagged before 1 / K pairs were visited. Margins
/// of the update under way count from the next one on, so ranks and micro-batches cannot disagree.
/// </summary>
internal sealed class QuantileThreshold(double share, int pairs) : NoiseThreshold
{
    private readonly double[] _latest = Filled(pairs);
    private readonly double[] _sorted = new double[pairs];
    private readonly List<(int Index, double Margin)> _pending = [];

    public override void Flag(ReadOnlySpan<int> indices, ReadOnlySpan<double> margins, Span<bool> flags)
    {
        for (int i = 0; i < indices.Length; i++)
        {
            flags[i] = margins[i] < Current;
            _pending.Add((indices[i], margins[i]));
        }
    }

    public override void EndUpdate()
    {
        foreach ((int index, double margin) in _pending) _latest[index] = margin;
        _pending.Clear();
        Recompute();
    }

    public override JsonObject Save() => new() { ["latest"] = ToJson(_latest) };

    public override void Restore(JsonObject state)
    {
        FromJson(state["latest"]).ToArray().CopyTo(_latest.AsSpan());
        Recompute();
    }

    private void Recompute()
    {
        int visited = 0;
        foreach (double margin in _latest)
            if (!double.IsNaN(margin)) _sorted[visited++] = margin;
        Current = visited * share >= 1 ? Quantile.OfUnsorted(_sorted.AsSpan(0, visited), share) : double.NaN;
    }

    private static double[] Filled(int count)
    {
        var values = new double[count];
        Array.Fill(values, double.NaN);
        return values;
    }
}
