using Spa.Engine.Evaluation;

namespace Spa.Engine.Tests.Evaluation;

internal sealed class RewardTemperatureTests
{
    [Test]
    public void The_fit_is_the_minimum_of_the_likelihood_whatever_the_order_of_the_pairs() => Gen.Double[-5, 5].Array[2, 40].Sample(margins =>
    {
        double best = RewardTemperature.Fit(margins), nll = RewardTemperature.NegativeLogLikelihood(margins, best);
        foreach (double factor in new[] { 0.9, 0.99, 1.01, 1.1 })
        {
            double other = best * factor;
            if (margins.Average(Math.Abs) / other is >= 0.001 and <= 10) Assert.That(RewardTemperature.NegativeLogLikelihood(margins, other), Is.GreaterThanOrEqualTo(nll - 1e-12));
        }
        Array.Reverse(margins);
        Assert.That(RewardTemperature.Fit(margins), Is.EqualTo(best), "to the bit");
    }, iter: 200);

    [Test]
    public void A_reward_that_is_twice_too_sure_gets_the_temperature_two()
    {
        // Of pairs with a margin of 2 logit(0.8), four in five are right.
        double margin = 2 * Math.Log(0.8 / 0.2);
        Assert.That(RewardTemperature.Fit([margin, margin, margin, margin, -margin]), Is.EqualTo(2).Within(1e-9));
    }

    [Test]
    public void Labels_that_margins_separate_end_at_the_bound() => Assert.That(RewardTemperature.Fit([1, 2, 3]), Is.EqualTo(0.2).Within(1e-9), "the mean margin becomes 10");

    [Test]
    public void The_scale_of_a_reward_is_the_temperatures_and_moves_no_bound()
    {
        double[] margins = [0.5, 1, -0.3, 2, 0.7, -0.1];
        double one = RewardTemperature.Fit(margins);
        // As small as a reward per token.
        Assert.That(RewardTemperature.Fit([.. margins.Select(m => m * 1e-3)]), Is.EqualTo(one * 1e-3).Within(1e-12));
        Assert.That(RewardTemperature.Fit([0, 0]), Is.EqualTo(1));
    }
}
