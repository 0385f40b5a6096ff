using Spa.Engine.Compute;

namespace Spa.Engine.Tests.Compute;

/// <summary>The activations in float64, straight from their definitions.</summary>
internal static class ExactActivation
{
    public static double Value(ActivationKind kind, double x) => kind switch
    {
        ActivationKind.Silu => x / (1 + Math.Exp(-x)),
        ActivationKind.GeluTanh => 0.5 * x * (1 + Math.Tanh(Math.Sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x))),
        ActivationKind.GeluErf => 0.5 * x * (1 + Erf(x / Math.Sqrt(2))),
        _ => Math.Max(x, 0),
    };

    /// <summary>A central difference; the kink of Relu must be further away than 1e-6.</summary>
    public static double Slope(ActivationKind kind, double x)
    {
        const double Step = 1e-6;
        return (Value(kind, x + Step) - Value(kind, x - Step)) / (2 * Step);
    }

    /// <summary>Series for small arguments, continued fraction for large ones; both to float64.</summary>
    public static double Erf(double x)
    {
        double t = Math.Abs(x), sum = 0;
        if (t < 3)
        {
            double term = t;
            for (int n = 0; n < 120; n++)
            {
                sum += term / (2 * n + 1);
                term *= -t * t / (n + 1);
            }
            return Math.CopySign(2 / Math.Sqrt(Math.PI) * sum, x);
        }
        double fraction = t;
        for (int n = 60; n > 0; n--) fraction = t + n / 2.0 / fraction;
        return Math.CopySign(1 - Math.Exp(-t * t) / (fraction * Math.Sqrt(Math.PI)), x);
    }
}
