namespace Spa.Benchmarks.Baselines;

/// <summary>A median with the interval it may lie in.</summary>
public readonly record struct Measure(double Median, double Low, double High)
{
    private const double Confidence = 0.95;

    /// <summary>
    /// The median and its distribution-free interval: the innermost order statistics x(k), x(n + 1 - k) that enclose the true median with at least 95 %
    /// (binomial with p = 1/2; Hollander and Wolfe, Nonparametric Statistical Methods, 3.6). Fewer than six values cannot reach 95 %: they give their extremes.
    /// Outliers move neither.
    /// </summary>
    public static Measure Of(IReadOnlyList<double> values)
    {
        double[] sorted = [.. values.Order()];
        int n = sorted.Length, k = 0;
        // The probability that at most k of n values lie below the median.
        double term = Math.Pow(0.5, n), below = term;
        while (k < (n - 1) / 2)
        {
            double next = term * (n - k) / (k + 1);
            if (1 - 2 * (below + next) < Confidence) break;
            (term, below) = (next, below + next);
            k++;
        }
        return new Measure((sorted[(n - 1) / 2] + sorted[n / 2]) / 2, sorted[k], sorted[n - 1 - k]);
    }

    /// <summary>The larger of two, end by end.</summary>
    public static Measure Max(Measure a, Measure b) => new(Math.Max(a.Median, b.Median), Math.Max(a.Low, b.Low), Math.Max(a.High, b.High));

    /// <summary>Scaled by a positive number.</summary>
    public static Measure operator *(Measure a, double factor) => new(a.Median * factor, a.Low * factor, a.High * factor);

    /// <summary>The quotient and all that it may be.</summary>
    public static Measure operator /(Measure a, Measure b) => new(a.Median / b.Median, a.Low / b.High, a.High / b.Low);
}
