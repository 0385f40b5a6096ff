namespace Spa.Engine.Tests.Compute;

/// <summary>Log-softmax of one row in float64.</summary>
internal static class ExactLogProb
{
    public static double[] Cap(double[] x, double cap) => cap == 0 ? x : Array.ConvertAll(x, v => cap * Math.Tanh(v / cap));

    public static double[] Extrapolate(double[] a, double[] b, double lambda) => a.Zip(b, (x, y) => (1 + lambda) * x - lambda * y).ToArray();

    public static double Lse(double[] x)
    {
        double max = x.Max();
        return max + Math.Log(x.Sum(v => Math.Exp(v - max)));
    }

    public static double LogProb(double[] x, int label) => x[label] - Lse(x);

    public static double Entropy(double[] x)
    {
        double lse = Lse(x);
        return -x.Sum(v => Math.Exp(v - lse) * (v - lse));
    }
}
