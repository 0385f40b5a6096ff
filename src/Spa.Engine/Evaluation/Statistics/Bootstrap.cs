using Spa.Engine.Compute;

namespace Spa.Engine.Evaluation.Statistics;

/// <summary>
/// Percentile bootstrap intervals (Efron 1979). The resamples are drawn with Philox from the seed, so a figure is the same on every machine
/// and every re-run.
/// </summary>
public static class Bootstrap
{
    /// <summary>Enough that the bounds of a 95 % interval move by about 1 % of its width between seeds.</summary>
    public const int DefaultResamples = 10_000;

    /// <summary>
    /// Mean of <c>a[i] - b[i]</c> with its interval; resampling whole pairs keeps what the two measurements of one item share.
    /// </summary>
    /// <param name="a">One value per item.</param>
    /// <param name="b">One value per item, same items in the same order.</param>
    /// <param name="seed">Key of the generator.</param>
    /// <param name="resamples">Number of resampled means.</param>
    /// <param name="level">Confidence level in (0, 1).</param>
    public static Interval PairedDifference(ReadOnlySpan<double> a, ReadOnlySpan<double> b, ulong seed,
        int resamples = DefaultResamples, double level = Interval.DefaultLevel)
    {
        if (a.Length != b.Length) throw new ArgumentException($"expected {a.Length} paired values, found {b.Length}", nameof(b));
        double[] differences = new double[a.Length];
        for (int i = 0; i < differences.Length; i++) differences[i] = a[i] - b[i];
        return Mean(differences, seed, resamples, level);
    }

    /// <summary>Mean with its percentile interval; fewer than two values have no bounds (NaN).</summary>
    public static Interval Mean(ReadOnlySpan<double> values, ulong seed, int resamples = DefaultResamples,
        double level = Interval.DefaultLevel)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(resamples);
        double upper = Interval.UpperTail(level);
        (double mean, _) = Interval.MeanAndError(values);
        if (values.Length < 2) return new(mean, double.NaN, double.NaN);
        double[] means = new double[resamples];
        for (int resample = 0; resample < resamples; resample++) means[resample] = ResampledMean(values, seed, (uint)resample);
        Array.Sort(means);
        return new(mean, Quantile(means, 1 - upper), Quantile(means, upper));
    }

    /// <summary>
    /// Mean over values that come in groups (the turns of a question), sum(sums) / sum(counts); whole groups are resampled. No group: NaN; one: no bounds.
    /// </summary>
    /// <param name="sums">Sum of each group's values.</param>
    /// <param name="counts">Their number, at least 1.</param>
    /// <param name="seed">Key of the generator.</param>
    /// <param name="resamples">Number of resampled means.</param>
    /// <param name="level">Confidence level in (0, 1).</param>
    public static Interval GroupedMean(ReadOnlySpan<double> sums, ReadOnlySpan<int> counts, ulong seed, int resamples = DefaultResamples, double level = Interval.DefaultLevel)
    {
        if (sums.Length != counts.Length) throw new ArgumentException($"expected {sums.Length} counts, found {counts.Length}", nameof(counts));
        double upper = Interval.UpperTail(level), total = 0, number = 0;
        for (int i = 0; i < sums.Length; i++) (total, number) = (total + sums[i], number + counts[i]);
        if (sums.Length < 2) return new(total / number, double.NaN, double.NaN);
        double[] means = new double[resamples];
        for (int resample = 0; resample < resamples; resample++)
        {
            double drawn = 0, drawnNumber = 0;
            for (int i = 0; i < sums.Length; i++)
            {
                int group = Index(seed, (uint)resample, (uint)i, sums.Length);
                (drawn, drawnNumber) = (drawn + sums[group], drawnNumber + counts[group]);
            }
            means[resample] = drawn / drawnNumber;
        }
        Array.Sort(means);
        return new(total / number, Quantile(means, 1 - upper), Quantile(means, upper));
    }

    /// <summary>Linear interpolation between order statistics (type 7 of Hyndman and Fan 1996, NumPy's default).</summary>
    /// <param name="sorted">Ascending, not empty.</param>
    /// <param name="p">Probability in [0, 1].</param>
    public static double Quantile(ReadOnlySpan<double> sorted, double p)
    {
        if (sorted.IsEmpty) throw new ArgumentException("expected at least one value", nameof(sorted));
        if (!(p >= 0 && p <= 1)) throw new ArgumentOutOfRangeException(nameof(p), p, "expected a probability");
        double position = p * (sorted.Length - 1);
        int below = (int)position;
        int above = Math.Min(below + 1, sorted.Length - 1);
        return sorted[below] + (position - below) * (sorted[above] - sorted[below]);
    }

    /// <summary>The item that resample <paramref name="resample"/> draws at position <paramref name="position"/>, of <paramref name="count"/>.</summary>
    public static int Index(ulong seed, uint resample, uint position, int count) => Pick(Philox.Next(seed, resample, position, 1, 0).X, count);

    private static double ResampledMean(ReadOnlySpan<double> values, ulong seed, uint resample)
    {
        double sum = 0;
        for (int i = 0; i < values.Length; i += 4)
        {
            (uint x, uint y, uint z, uint w) = Philox.Next(seed, resample, (uint)(i >> 2), 0, 0);
            sum += values[Pick(x, values.Length)];
            if (i + 1 < values.Length) sum += values[Pick(y, values.Length)];
            if (i + 2 < values.Length) sum += values[Pick(z, values.Length)];
            if (i + 3 < values.Length) sum += values[Pick(w, values.Length)];
        }
        return sum / values.Length;
    }

    /// <summary>
    /// An index below <paramref name="count"/>; multiply-high leaves a bias of count / 2^32, far below the resampling noise.
    /// </summary>
    private static int Pick(uint word, int count) => (int)((ulong)word * (uint)count >> 32);
}
