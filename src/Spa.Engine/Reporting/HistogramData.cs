namespace Spa.Engine.Reporting;

/// <summary>Counts in adjoining bins of equal width.</summary>
/// <param name="Edges">Bin borders, ascending, one more than there are bins; bin i holds values in [edge i, edge i+1), the last one
/// both.</param>
/// <param name="Counts">Values per bin.</param>
/// <param name="Below">Values left of the first edge, kept off the axis so that outliers do not flatten the rest.</param>
/// <param name="Above">Values right of the last edge.</param>
/// <param name="NotFinite">NaN and infinities.</param>
public sealed record HistogramData(IReadOnlyList<double> Edges, IReadOnlyList<long> Counts, long Below = 0, long Above = 0,
    long NotFinite = 0)
{
    /// <summary>A value further out than this many interquartile ranges from the quartiles is counted beside the axis.</summary>
    private const double OutlierRanges = 6;

    /// <summary>Values in all, counted anywhere.</summary>
    public long Total => Counts.Sum() + Below + Above + NotFinite;

    /// <summary>Bins the values; constant values get one bin of width 1 around them, no value at all gives no bin.</summary>
    /// <param name="values">Any numbers.</param>
    /// <param name="bins">Number of bins, at least 1.</param>
    public static HistogramData FromValues(ReadOnlySpan<double> values, int bins = 40)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bins);
        List<double> finite = [];
        foreach (double value in values)
        {
            if (double.IsFinite(value)) finite.Add(value);
        }
        long notFinite = values.Length - finite.Count;
        if (finite.Count == 0) return new([], [], 0, 0, notFinite);
        finite.Sort();
        (double low, double high) = Range(finite);
        if (!(high > low)) (low, high, bins) = AroundConstant(low);
        double[] edges = [.. Enumerable.Range(0, bins + 1).Select(i => i == bins ? high : low + (high / bins - low / bins) * i)];
        long[] counts = new long[bins];
        long below = 0, above = 0;
        foreach (double value in finite)
        {
            if (value < low) below++;
            else if (value > high) above++;
            else counts[Bin(edges, value)]++;
        }
        return new(edges, counts, below, above, notFinite);
    }

    /// <summary>The span of the values, without far outliers where the quartiles differ.</summary>
    private static (double Low, double High) Range(List<double> sorted)
    {
        double first = sorted[sorted.Count / 4], third = sorted[3 * sorted.Count / 4], reach = OutlierRanges * (third - first);
        if (!(reach > 0) || double.IsInfinity(reach)) return (sorted[0], sorted[^1]);
        return (sorted.Find(value => value >= first - reach), sorted.FindLast(value => value <= third + reach));
    }

    private static (double Low, double High, int Bins) AroundConstant(double value)
    {
        double half = Math.Max(0.5, Math.Abs(value) * 1e-3);
        return (Math.Max(value - half, -double.MaxValue), Math.Min(value + half, double.MaxValue), 1);
    }

    /// <summary>By search in the edges, not by division: a value on an edge then always falls to its right.</summary>
    private static int Bin(double[] edges, double value)
    {
        int found = Array.BinarySearch(edges, value);
        return Math.Clamp(found >= 0 ? found : ~found - 1, 0, edges.Length - 2);
    }
}
