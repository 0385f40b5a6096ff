using System.Text.Json.Nodes;

namespace Spa.Engine.Training;

/// <summary>Running means of the metrics since the last logged line, without allocating: a fixed list of names, one slot each.</summary>
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

    /// <summary>The sums as bits, so that a line of metrics whose updates lie on both sides of a checkpoint is the same.</summary>
    public JsonObject Save() => new() { ["sums"] = ToJson(_sums), ["weights"] = ToJson(_weights) };

    public void Restore(JsonObject state)
    {
        FromJson(state["sums"]!.AsArray(), _sums);
        FromJson(state["weights"]!.AsArray(), _weights);
    }

    private static JsonArray ToJson(double[] values) => [.. values.Select(v => (JsonNode)BitConverter.DoubleToInt64Bits(v))];

    private static void FromJson(JsonArray array, double[] values)
    {
        for (int i = 0; i < values.Length; i++) values[i] = BitConverter.Int64BitsToDouble(array[i]!.GetValue<long>());
    }
}
