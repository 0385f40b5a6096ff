using Spa.Engine.Compute;
using Spa.Engine.Evaluation.Statistics;

namespace Spa.Engine.Evaluation;

/// <summary>
/// Whether sigmoid(margin) can be believed. A pair's confidence is p = sigmoid(|margin|) in [0.5, 1]; it is right if the margin's sign is the label's (a tie half).
/// The expected calibration error is the mean gap between confidence and accuracy over ten bins of equal width, weighted by pairs (Naeini et al. 2015).
/// </summary>
public static class Calibration
{
    private const int Bins = 10;

    // The error is a sum over bins, a thousand resamples place its bounds well enough.
    private const int Resamples = 1000;

    /// <summary>The bins that have pairs, by rising confidence.</summary>
    public static IReadOnlyList<CalibrationBin> Curve(ReadOnlySpan<double> margins)
    {
        double[] confidence = new double[Bins], right = new double[Bins];
        int[] count = new int[Bins];
        foreach (double margin in margins) Add(margin, confidence, right, count);
        return [.. Enumerable.Range(0, Bins).Where(b => count[b] > 0).Select(b => new CalibrationBin(confidence[b] / count[b], Interval.Proportion(right[b], count[b]), count[b]))];
    }

    /// <summary>The expected calibration error; NaN without pairs.</summary>
    public static double Error(ReadOnlySpan<double> margins)
    {
        double[] confidence = new double[Bins], right = new double[Bins];
        foreach (double margin in margins) Add(margin, confidence, right, null);
        double gap = 0;
        for (int bin = 0; bin < Bins; bin++) gap += Math.Abs(confidence[bin] - right[bin]);
        return gap / margins.Length;
    }

    /// <summary>
    /// The error with the 2.5 % and 97.5 % quantiles over resampled pairs. Chance gaps add to the error and never cancel, so it is biased upwards in small samples and
    /// the more so in resamples: the lower bound is the one to read with care.
    /// </summary>
    public static Interval ErrorInterval(ReadOnlySpan<double> margins, ulong seed)
    {
        double error = Error(margins);
        if (margins.Length < 2) return new Interval(error, double.NaN, double.NaN);
        double[] errors = new double[Resamples], drawn = new double[margins.Length];
        for (int resample = 0; resample < Resamples; resample++)
        {
            for (int i = 0; i < drawn.Length; i++) drawn[i] = margins[Bootstrap.Index(seed, (uint)resample, (uint)i, drawn.Length)];
            errors[resample] = Error(drawn);
        }

        Array.Sort(errors);
        return new Interval(error, Bootstrap.Quantile(errors, 0.025), Bootstrap.Quantile(errors, 0.975));
    }

    private static void Add(double margin, double[] confidence, double[] right, int[]? count)
    {
        double p = Logistic.Sigmoid(Math.Abs(margin));
        int bin = Math.Min(Bins - 1, (int)((p - 0.5) * 2 * Bins));
        confidence[bin] += p;
        right[bin] += margin > 0 ? 1 : margin == 0 ? 0.5 : 0;
        if (count is not null) count[bin]++;
    }
}
