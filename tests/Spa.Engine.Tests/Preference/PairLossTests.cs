using Spa.Engine.Compute;
using Spa.Engine.Preference;
using Spa.Engine.Tests.Compute;

namespace Spa.Engine.Tests.Preference;

/// <summary>The refinement loss against its definition in docs/algorithm.md section 2.</summary>
internal sealed class PairLossTests
{
    // Central differences in float64 over a step of 1e-5 carry 1e-10 of truncation and 1e-11 of cancellation.
    private const double Difference = 1e-8;

    [Test]
    public void Derivatives_equal_finite_differences([Values(0, 0.1, 0.5, 1)] double smoothing, [Values(0.05, 0.1, 1)] double beta)
    {
        Gen.Double[-40, 40].Sample(margin =>
        {
            PairLoss loss = PairLoss.Refined(margin, beta, smoothing);
            double slope = TestData.Gradient([margin], d => PairLoss.Refined(d[0], beta, smoothing).Loss)[0];
            Assert.That(loss.DChosen, Is.EqualTo(slope).Within(Difference));
            Assert.That(loss.DRejected, Is.EqualTo(-slope).Within(Difference));
        }, iter: 200);
    }

    [Test]
    public void Loss_and_slope_are_the_formulas_of_the_paper()
    {
        Gen.Select(Gen.Double[-20, 20], Gen.Double[0.01, 1], Gen.Double[0, 1]).Sample((margin, beta, smoothing) =>
        {
            double p = 1 / (1 + Math.Exp(-beta * margin));
            PairLoss loss = PairLoss.Refined(margin, beta, smoothing);
            Assert.That(loss.Loss, Is.EqualTo(-(1 - smoothing) * Math.Log(p) - smoothing * Math.Log(1 - p)).Within(1e-6), "1 - p as written here is off by 1e-16 / e^-20 at the range's end");
            Assert.That(loss.DChosen, Is.EqualTo(-beta * (1 - smoothing - p)).Within(1e-12));
        }, iter: 500);
    }

    [Test]
    public void Saturated_margins_stay_finite_and_exact([Values(0, 0.1)] double smoothing)
    {
        PairLoss right = PairLoss.Refined(1e3, 1, smoothing), wrong = PairLoss.Refined(-1e3, 1, smoothing);
        Assert.Multiple(() =>
        {
            Assert.That(right.Loss, Is.EqualTo(1e3 * smoothing).Within(1e-12));
            Assert.That(wrong.Loss, Is.EqualTo(1e3 * (1 - smoothing)).Within(1e-12));
            Assert.That(right.DChosen, Is.EqualTo(smoothing).Within(1e-15), "sigmoid is 1: only the smoothing pulls");
            Assert.That(wrong.DChosen, Is.EqualTo(-(1 - smoothing)).Within(1e-15));
        });
    }

    [Test]
    public void A_large_margin_keeps_the_digits_of_its_small_gradient()
    {
        // 1 - sigmoid(30) by subtraction has two digits left.
        Assert.That(PairLoss.Refined(30, 1, 0).DChosen, Is.EqualTo(-Math.Exp(-30)).Within(1e-10).Percent);
    }

    [Test]
    public void At_the_first_update_every_loss_is_log_2_and_every_slope_half_of_beta()
    {
        PairLoss loss = PairLoss.Refined(0, 0.1, 0);
        Assert.That(loss, Is.EqualTo(new PairLoss(Math.Log(2), -0.05, 0.05)));
    }

    [Test]
    public void Flipping_the_labels_is_smoothing_of_one()
    {
        Gen.Double[-50, 50].Sample(margin =>
        {
            PairLoss flipped = PairLoss.Refined(margin, 0.1, 1), swapped = PairLoss.Refined(-margin, 0.1, 0);
            Assert.That(flipped.Loss, Is.EqualTo(swapped.Loss));
            Assert.That(flipped.DChosen, Is.EqualTo(-swapped.DChosen).Within(1e-15));
        }, iter: 100);
    }

    [Test]
    public void Margins_follow_their_definitions_and_without_extrapolation_M_is_D()
    {
        Gen.Double[-300, 0].Array[6].Sample(s =>
        {
            var pair = new PairLogProbs { PolicyChosen = s[0], PolicyRejected = s[1], ReferenceChosen = s[2], ReferenceRejected = s[3], ExtrapolatedChosen = s[4], ExtrapolatedRejected = s[5] };
            Assert.That(pair.Margin, Is.EqualTo((s[0] - s[1]) - (s[2] - s[3])));
            Assert.That(pair.ExtrapolatedMargin, Is.EqualTo((s[4] - s[5]) - (s[2] - s[3])), "the reference term is not scaled by 1 + lambda");
            PairLogProbs same = pair with { ExtrapolatedChosen = s[0], ExtrapolatedRejected = s[1] };
            Assert.That(same.ExtrapolatedMargin, Is.EqualTo(same.Margin));
        }, iter: 200);
    }

    [Test]
    public void Logistic_functions_agree_with_each_other_far_out()
    {
        foreach (double x in new[] { -1e3, -745, -40, -1, 0, 1e-9, 1, 40, 745, 1e3 })
        {
            Assert.That(Logistic.Sigmoid(x) + Logistic.Sigmoid(-x), Is.EqualTo(1).Within(1e-15));
            Assert.That(Logistic.LogSigmoid(x) - Logistic.LogSigmoid(-x), Is.EqualTo(x).Within(1e-12));
            Assert.That(Logistic.LogSigmoid(x), Is.LessThanOrEqualTo(0));
        }
    }
}
