namespace Spa.Engine.Evaluation.AlpacaEval;

/// <summary>An observation of a logistic regression: features, a target in [0, 1], and how much it counts.</summary>
internal readonly record struct LogisticRow(double[] Features, double Target, double Weight)
{
    public double Dot(ReadOnlySpan<double> theta)
    {
        double sum = 0;
        for (int j = 0; j < Features.Length; j++) sum += Features[j] * theta[j];
        return sum;
    }
}
