using Spa.Engine.Training;

namespace Spa.Engine.Tests.Training;

internal sealed class RlooObjectiveTests
{
    [Test]
    public void Each_response_is_weighed_against_the_mean_of_the_others_of_its_prompt()
    {
        double[] rewards = [1, 2, 3, 6, -1, -1, -1, 7], advantages = new double[8];
        new RlooObjective { Beta = 0 }.Advantages(rewards, 4, advantages);
        for (int i = 0; i < 8; i++)
        {
            double others = Enumerable.Range(i / 4 * 4, 4).Where(j => j != i).Average(j => rewards[j]);
            Assert.That(advantages[i], Is.EqualTo(rewards[i] - others).Within(1e-12));
        }
        new RlooObjective { Beta = 0, Normalized = true }.Advantages(rewards, 4, advantages);
        Assert.That(advantages.Average(), Is.Zero.Within(1e-12));
        Assert.That(Math.Sqrt(advantages.Sum(a => a * a) / 7), Is.EqualTo(1).Within(1e-3), "the sample deviation, as torch has it");
    }

    [Test]
    public void The_loss_is_the_clipped_formula_and_its_derivative_the_finite_difference([Values(-1.5, 2)] double advantage)
    {
        var objective = new RlooObjective { Beta = 0, Epsilon = 0.2 };
        double Loss(double logp)
        {
            double ratio = Math.Exp(logp + 5);
            return -Math.Min(ratio * advantage, Math.Min(Math.Max(ratio, 0.8), 1.2) * advantage);
        }

        const double Step = 1e-6;
        foreach (double logp in new[] { -5.5, -5.1, -5.0, -4.9, -4.5 })
        {
            RlooLoss one = objective.Of(logp, -5, advantage);
            Assert.That(one.Loss, Is.EqualTo(Loss(logp)).Within(1e-12));
            Assert.That(one.Derivative, Is.EqualTo((Loss(logp + Step) - Loss(logp - Step)) / (2 * Step)).Within(1e-8));
            Assert.That(one.IsClipped, Is.EqualTo(logp == (advantage > 0 ? -4.5 : -5.5)));
        }
    }
}
