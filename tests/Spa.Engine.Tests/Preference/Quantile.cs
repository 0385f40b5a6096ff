namespace Spa.Engine.Tests.Preference;

/// <summary>Quantiles with linear interpolation between order statistics (the default of NumPy and PyTorch).</summary>
internal static class Quantile
{
    /// <summary>The <paramref name="share"/>-quantile of <paramref name="values"/>, which is sorted in place and not empty.</summary>
    public static double OfUnsorted(Span<double> values, double share)
    {
        values.Sort();
        double position = share * (values.Length - 1);
        int lower = (int)Math.Floor(position);
        double fraction = position - lower;
        return lower + 1 < values.Length ? values[lower] + fraction * (values[lower + 1] - values[lower]) : values[lower];
    }
}
