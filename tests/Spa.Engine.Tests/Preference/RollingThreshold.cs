using System.Text.Json.Nodes;
using Spa.Engine.Compute;

namespace Spa.Engine.Tests.Preference;

/// <summary>
/// <see cref="NoiseRule.Rolling"/>, as the released code computes it (docs/algorithm.md section 6): the last 50 micro-batch means of beta M; once
/// full, the mean of sorted entries floor(50 K) and the next, used from the next micro-batch on; 0 before. A pair is flagged unless
/// beta M is strictly larger, so ties and NaN are flagged. Unlike there, the window is saved and resumed.
/// </summary>
internal sealed class RollingThreshold : NoiseThreshold
{
    private const int Capacity = 50;

    private readonly int _position;
    private readonly List<double> _window = new(Capacity + 1);
    private readonly double[] _sorted = new double[Capacity];

    public RollingThreshold(double share)
    {
        _position = Math.Min((int)(Capacity * share), Capacity - 2);
        Current = 0;
    }

    public override void Flag(ReadOnlySpan<int> indices, ReadOnlySpan<double> margins, Span<bool> flags)
    {
        double sum = 0;
        Current = Threshold();
        for (int i = 0; i < margins.Length; i++)
        {
            flags[i] = !(margins[i] > Current);
            sum += margins[i];
        }
        _window.Add(sum / margins.Length);
        if (_window.Count > Capacity) _window.RemoveAt(0);
    }

    public override void EndUpdate() { }

    public override JsonObject Save() => new() { ["window"] = ToJson(_window) };

    public override void Restore(JsonObject state)
    {
        _window.Clear();
        _window.AddRange(FromJson(state["window"]));
    }

    private double Threshold()
    {
        if (_window.Count < Capacity) return 0;
        _window.CopyTo(_sorted);
        Array.Sort(_sorted);
        return (_sorted[_position] + _sorted[_position + 1]) / 2;
    }
}
