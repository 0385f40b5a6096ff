using Spa.Engine.Training;

namespace Spa.Engine.Tests.Training;

internal sealed class RewardObjectiveTests
{
    [Test]
    public void Loss_is_the_formula_and_derivatives_are_its_finite_differences([Values(0, 0.01, 0.5)] double centring, [Values(-1.5, 0, 3)] double margin)
    {
        double Loss(double c, double r) => Math.Log(1 + Math.Exp(-(c - r - margin))) + centring * Math.Pow(c + r, 2);
        var objective = new RewardObjective(centring);
        const double Step = 1e-6;
        foreach ((double chosen, double rejected) in new[] { (0.3, -0.2), (-2, 1.5), (4, 4), (0.0, 0.0) })
        {
            RewardLoss pair = objective.Of(chosen, rejected, margin);
            Assert.That(pair.Loss, Is.EqualTo(Loss(chosen, rejected)).Within(1e-12));
            Assert.That(pair.Chosen, Is.EqualTo((Loss(chosen + Step, rejected) - Loss(chosen - Step, rejected)) / (2 * Step)).Within(1e-8));
            Assert.That(pair.Rejected, Is.EqualTo((Loss(chosen, rejected + Step) - Loss(chosen, rejected - Step)) / (2 * Step)).Within(1e-8));
        }
    }

    [Test]
    public void Rewards_far_apart_neither_overflow_nor_vanish()
    {
        RewardLoss wrong = new RewardObjective().Of(-2000, 2000, 0), right = new RewardObjective().Of(2000, -2000, 0);
        Assert.That((wrong.Loss, wrong.Chosen, wrong.Rejected), Is.EqualTo((4000.0, -1.0, 1.0)));
        Assert.That(right.Loss, Is.Zero);
    }
}
