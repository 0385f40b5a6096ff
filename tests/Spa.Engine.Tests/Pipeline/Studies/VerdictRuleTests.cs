using Spa.Engine.Pipeline.Studies;
using Interval = Spa.Engine.Evaluation.Statistics.Interval;

namespace Spa.Engine.Tests.Pipeline.Studies;

internal sealed class VerdictRuleTests
{
    [Test]
    public void A_difference_is_seen_if_its_interval_lies_above_0() =>
        Assert.That(VerdictRule.Of([0.2, 0.3, 0.25, 0.2, 0.3], relevant: 0.1), Is.EqualTo(Verdict.Seen));

    [Test]
    public void A_difference_is_not_seen_if_one_that_would_matter_is_excluded()
    {
        Assert.That(VerdictRule.Of([-0.02, 0.03, 0.01, -0.01, 0], relevant: 0.1), Is.EqualTo(Verdict.NotSeen), "nothing, and that for sure");
        Assert.That(VerdictRule.Of([-0.5, -0.4, -0.6, -0.5, -0.4], relevant: 0.1), Is.EqualTo(Verdict.NotSeen), "the opposite");
    }

    [Test]
    public void A_difference_between_the_two_is_not_decidable() =>
        Assert.That(VerdictRule.Of([-0.3, 0.5, 0.1, -0.2, 0.4], relevant: 0.1), Is.EqualTo(Verdict.NotDecidable));

    [Test]
    public void Few_seeds_decide_nothing_however_clear_they_look() =>
        Assert.That(VerdictRule.Of([1, 1.1, 0.9, 1], relevant: 0.1), Is.EqualTo(Verdict.NotDecidable));

    [Test]
    public void Missing_figures_decide_nothing() =>
        Assert.That(VerdictRule.Of([1, 1.1, double.NaN, 1, 0.9], relevant: 0.1), Is.EqualTo(Verdict.NotDecidable));

    [Test]
    public void A_claim_of_several_differences_needs_all_of_them()
    {
        Assert.Multiple(() =>
        {
            Assert.That(VerdictRule.All([Verdict.Seen, Verdict.Seen]), Is.EqualTo(Verdict.Seen));
            Assert.That(VerdictRule.All([Verdict.Seen, Verdict.NotDecidable]), Is.EqualTo(Verdict.NotDecidable));
            Assert.That(VerdictRule.All([Verdict.NotDecidable, Verdict.NotSeen, Verdict.Seen]), Is.EqualTo(Verdict.NotSeen));
            Assert.That(VerdictRule.All([]), Is.EqualTo(Verdict.NotDecidable));
        });
    }

    [Test]
    public void A_verdict_is_that_of_the_t_interval_and_does_not_depend_on_the_order_of_seeds() => Gen.Select(Gen.Double[-1, 1].Array[5, 20], Gen.Double[0.01, 0.5], Gen.Int[0, 1000]).Sample((values, relevant, shuffle) =>
    {
        Interval interval = Interval.Mean(values);
        Verdict verdict = VerdictRule.Of(values, relevant);
        Assert.That(verdict, Is.EqualTo(interval.Low > 0 ? Verdict.Seen : interval.High < relevant ? Verdict.NotSeen : Verdict.NotDecidable));
        double[] other = [.. values];
        new Random(shuffle).Shuffle(other);
        // Sums in another order differ in their last digits.
        if (Math.Min(Math.Abs(interval.Low), Math.Abs(interval.High - relevant)) > 1e-9) Assert.That(VerdictRule.Of(other, relevant), Is.EqualTo(verdict));
    }, iter: 500);
}
