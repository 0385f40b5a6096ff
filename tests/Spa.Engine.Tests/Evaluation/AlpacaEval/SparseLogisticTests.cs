using Spa.Engine.Compute;
using Spa.Engine.Evaluation.AlpacaEval;

namespace Spa.Engine.Tests.Evaluation.AlpacaEval;

internal sealed class SparseLogisticTests
{
    /// <summary>At the optimum of |theta| + C loss, C times the loss' slope is -sign(theta), and within [-1, 1] where theta is 0.</summary>
    [TestCase(1e-4)]
    [TestCase(0.05)]
    [TestCase(1)]
    [TestCase(300)]
    public void The_optimum_satisfies_its_conditions(double penalty)
    {
        LogisticRow[] rows = [.. Enumerable.Range(0, 60).Select(i =>
            new LogisticRow([Math.Tanh(Math.Sin(i * 1.7) * 2), Math.Cos(i * 0.9), 1], 0.5 + 0.45 * Math.Sin(i * 1.7 + 0.4), i % 3 == 0 ? 0.1 : 1))];
        double[] theta = SparseLogistic.Fit(rows, penalty);
        for (int j = 0; j < 3; j++)
        {
            double slope = penalty * rows.Sum(row => row.Weight * (Logistic.Sigmoid(row.Dot(theta)) - row.Target) * row.Features[j]);
            if (theta[j] == 0) Assert.That(Math.Abs(slope), Is.LessThanOrEqualTo(1));
            else Assert.That(slope, Is.EqualTo(-Math.Sign(theta[j])).Within(1e-9));
        }
    }

    [Test]
    public void Nothing_to_learn_from_gives_zeros() => Assert.That(SparseLogistic.Fit([new([1, 0], 0.5, 1)], 10), Is.EqualTo(new double[] { 0, 0 }));
}
