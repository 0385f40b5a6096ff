using System.Text.Json.Nodes;
using Spa.Engine.Compute;

namespace Spa.Engine.Tests.Preference;

/// <summary><see cref="NoiseRule.Batch"/>: no memory; with fewer than 1 / K pairs in a micro-batch nothing is flagged.</summary>
internal sealed class BatchThreshold(double share) : NoiseThreshold
{
    private double[] _sorted = [];

    public override void Flag(ReadOnlySpan<int> indices, ReadOnlySpan<double> margins, Span<bool> flags)
    {
        if (_sorted.Length < margins.Length) _sorted = new double[margins.Length];
        margins.CopyTo(_sorted);
        Current = margins.Length * share >= 1 ? Quantile.OfUnsorted(_sorted.AsSpan(0, margins.Length), share) : double.NaN;
        for (int i = 0; i < margins.Length; i++) flags[i] = margins[i] < Current;
    }

    public override void EndUpdate() { }

    public override JsonObject Save() => [];

    public override void Restore(JsonObject state) { }
}
