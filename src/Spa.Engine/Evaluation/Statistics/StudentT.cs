namespace Spa.Engine.Evaluation.Statistics;

/// <summary>Student's t distribution in float64.</summary>
public static class StudentT
{
    /// <summary>
    /// From here on t and normal quantiles differ by less than 1e-7 relative, and the fraction below would need thousands of terms.
    /// </summary>
    private const double NormalFrom = 1e8;

    /// <summary>P(T &lt;= t) with <paramref name="degrees"/> &gt; 0 degrees of freedom.</summary>
    public static double Cdf(double t, double degrees)
    {
        if (!(degrees > 0)) throw new ArgumentOutOfRangeException(nameof(degrees), degrees, "expected a positive number");
        if (double.IsNaN(t)) return double.NaN;
        if (degrees >= NormalFrom) return NormalDistribution.Cdf(t);
        double tail = IncompleteBeta(degrees / 2, 0.5, degrees / (degrees + t * t)) / 2;
        return t > 0 ? 1 - tail : tail;
    }

    /// <summary>The t with <c>Cdf(t, degrees) = p</c>.</summary>
    public static double Quantile(double p, double degrees)
    {
        if (!(p > 0 && p < 1)) throw new ArgumentOutOfRangeException(nameof(p), p, "expected a probability between 0 and 1");
        if (p == 0.5) return 0;
        if (p > 0.5) return -Quantile(1 - p, degrees);
        double low = -1;
        while (Cdf(low, degrees) > p && low > -1e150) low *= 2;
        return Bisection.Root(t => Cdf(t, degrees), p, low, 0);
    }

    /// <summary>
    /// The regularised incomplete beta function I_x(a, b) by its continued fraction (DLMF 8.17.22), evaluated by Lentz's method.
    /// </summary>
    private static double IncompleteBeta(double a, double b, double x)
    {
        if (x <= 0) return 0;
        if (x >= 1) return 1;
        // The fraction converges fast below the mean; the other side follows by symmetry.
        if (x > (a + 1) / (a + b + 2)) return 1 - IncompleteBeta(b, a, 1 - x);
        double front = Math.Exp(LnGamma(a + b) - LnGamma(a) - LnGamma(b) + a * Math.Log(x) + b * Math.Log(1 - x)) / a;
        double c = 1, d = 1 / NotZero(1 - (a + b) * x / (a + 1)), fraction = d;
        for (int m = 1; m < 100_000; m++)
        {
            double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
            d = 1 / NotZero(1 + even * d);
            c = NotZero(1 + even / c);
            fraction *= c * d;
            double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
            d = 1 / NotZero(1 + odd * d);
            c = NotZero(1 + odd / c);
            fraction *= c * d;
            if (Math.Abs(c * d - 1) < 1e-16) break;
        }
        return front * fraction;
    }

    private static double NotZero(double value) => Math.Abs(value) < 1e-300 ? 1e-300 : value;

    /// <summary>ln Gamma(x) for x &gt; 0: Stirling's series after moving x to 15 or more, where its last term is below 1e-17.</summary>
    private static double LnGamma(double x)
    {
        double product = 1;
        for (; x < 15; x++) product *= x;
        double r = 1 / (x * x);
        double series = (1.0 / 12 - r * (1.0 / 360 - r * (1.0 / 1260 - r * (1.0 / 1680 - r * (1.0 / 1188 - r * (691.0 / 360360)))))) / x;
        return (x - 0.5) * Math.Log(x) - x + 0.5 * Math.Log(2 * Math.PI) + series - Math.Log(product);
    }
}
