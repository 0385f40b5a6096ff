namespace Spa.Engine.Training;

/// <summary>Running means of an update's metrics, without allocating: a fixed list of names, one slot each.</summary>
public sealed class MetricSums(IReadOnlyList<string> names)
{
    private readonly double[] _sums = new double[names.Count];
    private readonly double[] _weights = new double[names.Count];

    public IReadOnlyList<string> Names => names;

    /// <summary>Weighted mean so far; NaN if nothing was added.</summary>
    public double this[int slot] => _sums[slot] / _weights[slot];

    public bool Has(int slot) => _weights[slot] != 0;

    public void Add(int slot, double value, double weight = 1)
    {
        _sums[slot] += value * weight;
        _weights[slot] += weight;
    }

    public void Clear()
    {
        Array.Clear(_sums);
        Array.Clear(_weights);
    }
}
