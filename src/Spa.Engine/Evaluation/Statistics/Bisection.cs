namespace Spa.Engine.Evaluation.Statistics;

internal static class Bisection
{
    /// <summary>The x in [low, high] where an increasing function reaches <paramref name="target"/>, to the last bit of float64.</summary>
    public static double Root(Func<double, double> increasing, double target, double low, double high)
    {
        while (true)
        {
            double middle = low + (high - low) / 2;
            if (middle <= low || middle >= high) return middle;
            if (increasing(middle) < target) low = middle;
            else high = middle;
        }
    }
}
