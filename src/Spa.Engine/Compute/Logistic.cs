namespace Spa.Engine.Compute;

/// <summary>The logistic function without overflow.</summary>
public static class Logistic
{
    /// <summary>1 / (1 + exp(-x)).</summary>
    public static double Sigmoid(double x)
    {
        double e = Math.Exp(-Math.Abs(x));
        return x >= 0 ? 1 / (1 + e) : e / (1 + e);
    }

    /// <summary>log(1 / (1 + exp(-x))) = min(x, 0) - log1p(exp(-|x|)).</summary>
    public static double LogSigmoid(double x) => Math.Min(x, 0) - LogOnePlus(Math.Exp(-Math.Abs(x)));

    // log(1 + y) for y in [0, 1]: the quotient corrects what 1 + y rounds away (Kahan).
    private static double LogOnePlus(double y)
    {
        double u = 1 + y;
        return u == 1 ? y : Math.Log(u) * y / (u - 1);
    }
}
