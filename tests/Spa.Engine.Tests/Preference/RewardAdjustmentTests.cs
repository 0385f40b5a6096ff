using Spa.Engine.Preference;

namespace Spa.Engine.Tests.Preference;

internal sealed class RewardAdjustmentTests
{
    [TestCase(LengthRule.None, 6)]
    [TestCase(LengthRule.Normalize, 1.5)]
    [TestCase(LengthRule.Penalty, 5.2)]
    public void A_reward_pays_for_its_length(LengthRule rule, double expected)
    {
        RewardAdjustment adjustment = new(rule, Penalty: 0.2);
        Assert.That(adjustment.Of(6, 4), Is.EqualTo(expected).Within(1e-15));
        Assert.That((adjustment with { Temperature = 4 }).Of(6, 4), Is.EqualTo(expected / 4).Within(1e-15));
        Assert.That(adjustment.IsNone, Is.EqualTo(rule == LengthRule.None));
    }

    [Test]
    public void A_response_without_tokens_counts_as_one_token() => Assert.That(new RewardAdjustment(LengthRule.Normalize).Of(-3, 0), Is.EqualTo(-3));
}
