namespace Spa.Engine.Evaluation.Statistics;

/// <summary>
/// An estimate with the bounds of its two-sided confidence interval; every bound is NaN where the sample is too small to have one.
/// </summary>
/// <param name="Value">The estimate, in the unit of the data.</param>
/// <param name="Low">Lower bound, same unit.</param>
/// <param name="High">Upper bound, same unit.</param>
public readonly record struct Interval(double Value, double Low, double High)
{
    /// <summary>The level of every interval the product prints.</summary>
    public const double DefaultLevel = 0.95;

    /// <summary>
    /// Wilson's score interval (Wilson 1927) for a share; unlike value ± 1.96 sd it stays inside [0, 1] and is right for 0 of n and n of n.
    /// </summary>
    /// <param name="successes">Number of successes; ties may count as halves.</param>
    /// <param name="count">Number of trials; with 0 trials everything is NaN.</param>
    /// <param name="level">Confidence level in (0, 1).</param>
    public static Interval Proportion(double successes, long count, double level = DefaultLevel)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        if (!(successes >= 0 && successes <= count))
            throw new ArgumentOutOfRangeException(nameof(successes), successes, $"expected a number from 0 to {count}");
        double z = NormalDistribution.Quantile(UpperTail(level));
        if (count == 0) return new(double.NaN, double.NaN, double.NaN);
        double share = successes / count, zz = z * z / count;
        double centre = (share + zz / 2) / (1 + zz);
        double half = Math.Sqrt(share * (1 - share) * zz + zz * zz / 4) / (1 + zz);
        // At 0 and n the bound is 0 or 1 exactly; rounding must not push it past the estimate.
        return new(share, Math.Clamp(centre - half, 0, share), Math.Clamp(centre + half, share, 1));
    }

    /// <summary>Student's t interval for the mean of independent values; with fewer than two values the bounds are NaN.</summary>
    public static Interval Mean(ReadOnlySpan<double> values, double level = DefaultLevel)
    {
        double p = UpperTail(level);
        (double mean, double error) = MeanAndError(values);
        if (values.Length < 2) return new(mean, double.NaN, double.NaN);
        double half = StudentT.Quantile(p, values.Length - 1) * error;
        return new(mean, mean - half, mean + half);
    }

    /// <summary>The normal interval for an estimate whose standard error is known: <c>value ± z * standardError</c>.</summary>
    public static Interval Normal(double value, double standardError, double level = DefaultLevel)
    {
        double half = NormalDistribution.Quantile(UpperTail(level)) * standardError;
        return new(value, value - half, value + half);
    }

    /// <summary>
    /// Mean and its standard error (sample sd with n - 1, over root n); two passes, so a large common offset costs no digits.
    /// </summary>
    public static (double Mean, double StandardError) MeanAndError(ReadOnlySpan<double> values)
    {
        if (values.IsEmpty) return (double.NaN, double.NaN);
        double sum = 0;
        foreach (double value in values) sum += value;
        double mean = sum / values.Length, squares = 0;
        if (values.Length == 1) return (mean, double.NaN);
        foreach (double value in values) squares += (value - mean) * (value - mean);
        return (mean, Math.Sqrt(squares / (values.Length - 1) / values.Length));
    }

    /// <summary>The probability below the upper bound of a two-sided interval: 0.975 for the level 0.95.</summary>
    internal static double UpperTail(double level) => level is > 0 and < 1
        ? 0.5 + level / 2
        : throw new ArgumentOutOfRangeException(nameof(level), level, "expected a confidence level between 0 and 1");
}
