namespace Spa.Engine.Evaluation.Statistics;

/// <summary>The standard normal distribution in float64.</summary>
public static class NormalDistribution
{
    private const double SeriesLimit = 3;

    /// <summary>P(Z &lt;= x): the power series around 0 near the centre, the continued fraction of Mills' ratio in the tails.</summary>
    public static double Cdf(double x)
    {
        if (double.IsNaN(x)) return double.NaN;
        if (x < 0) return -x > SeriesLimit ? Tail(-x) : 1 - Cdf(-x);
        if (x > SeriesLimit) return 1 - Tail(x);
        double term = x, sum = x;
        for (int k = 1; Math.Abs(term) > 1e-17 * sum && k < 200; k++)
        {
            term *= x * x / (2 * k + 1);
            sum += term;
        }
        return 0.5 + Density(x) * sum;
    }

    /// <summary>
    /// The x with <c>Cdf(x) = p</c>; p = 0 and 1 give the infinities. Found by bisection: a few microseconds, called once per interval.
    /// </summary>
    public static double Quantile(double p)
    {
        if (!(p >= 0 && p <= 1)) throw new ArgumentOutOfRangeException(nameof(p), p, "expected a probability");
        if (p is 0 or 1) return p == 0 ? double.NegativeInfinity : double.PositiveInfinity;
        if (p == 0.5) return 0;
        // Below 1/2 the tail keeps its relative precision, so the upper half is mirrored.
        return p > 0.5 ? -Bisection.Root(Cdf, 1 - p, -40, 0) : Bisection.Root(Cdf, p, -40, 0);
    }

    private static double Density(double x) => Math.Exp(-x * x / 2) / Math.Sqrt(2 * Math.PI);

    /// <summary>P(Z > x) for x above the series' range; 60 levels of the fraction are exact to float64 from x = 3 on.</summary>
    private static double Tail(double x)
    {
        double fraction = x;
        for (int k = 60; k >= 1; k--) fraction = x + k / fraction;
        return Density(x) / fraction;
    }
}
