namespace Spa.Engine.Tests.Compute;

/// <summary>Reproducible numbers for op tests.</summary>
internal static class TestData
{
    /// <summary>Normal with the given deviation, rounded to float32.</summary>
    public static float[] Normal(int seed, int count, double deviation = 1)
    {
        var random = new Random(seed);
        var values = new float[count];
        for (int i = 0; i < count; i++) values[i] = (float)(deviation * Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()));
        return values;
    }

    public static int[] Integers(int seed, int count, int below)
    {
        var random = new Random(seed);
        return Enumerable.Range(0, count).Select(_ => random.Next(below)).ToArray();
    }

    public static double[] Widen(float[] values) => Array.ConvertAll(values, x => (double)x);

    /// <summary>Values after a round trip through bfloat16.</summary>
    public static float[] RoundToBf16(float[] values) => Array.ConvertAll(values, Support.TensorBox.RoundToBf16);

    /// <summary>Sum of products: the scalar loss through which a backward is tested.</summary>
    public static double Dot(double[] a, float[] b) => a.Zip(b, (x, y) => x * y).Sum();

    /// <summary>Central differences of <paramref name="loss"/> in float64. The step balances truncation (h^2) against cancellation (1e-16 / h).</summary>
    public static double[] Gradient(double[] at, Func<double[], double> loss)
    {
        const double Step = 1e-5;
        var gradient = new double[at.Length];
        var point = (double[])at.Clone();
        for (int i = 0; i < at.Length; i++)
        {
            double h = Step * Math.Max(1, Math.Abs(at[i]));
            point[i] = at[i] + h;
            double above = loss(point);
            point[i] = at[i] - h;
            gradient[i] = (above - loss(point)) / (2 * h);
            point[i] = at[i];
        }
        return gradient;
    }
}
