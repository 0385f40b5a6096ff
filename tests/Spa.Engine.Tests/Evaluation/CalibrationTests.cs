using Spa.Engine.Compute;
using Spa.Engine.Evaluation;
using Spa.Engine.Evaluation.Statistics;

namespace Spa.Engine.Tests.Evaluation;

internal sealed class CalibrationTests
{
    [Test]
    public void A_calibrated_judge_has_a_small_error_and_an_overconfident_one_a_large_one()
    {
        // Margins whose signs are drawn with the probability that they claim.
        double[] claimed = [.. Enumerable.Range(0, 4000).Select(i => 3.0 * i / 4000)];
        double[] margins = [.. claimed.Select((m, i) => Philox.Uniform(Philox.Next(5, (uint)i, 0, 0, 0).X) < Logistic.Sigmoid(m) ? m : -m)];
        Assert.That(Calibration.Error(margins), Is.LessThan(0.03));
        Assert.That(Calibration.Error([.. margins.Select(m => 5 * m)]), Is.GreaterThan(0.1));
    }

    [Test]
    public void The_error_is_the_weighted_gap_of_the_curve()
    {
        double[] margins = [0.1, -0.2, 2, 3, -3, 0, 0.15];
        IReadOnlyList<CalibrationBin> curve = Calibration.Curve(margins);
        Assert.That(curve.Sum(bin => bin.Count), Is.EqualTo(margins.Length));
        Assert.That(curve.Sum(bin => bin.Count * Math.Abs(bin.Confidence - bin.Accuracy.Value)) / margins.Length, Is.EqualTo(Calibration.Error(margins)).Within(1e-12));
        Interval interval = Calibration.ErrorInterval(margins, 1);
        Assert.That(interval.Value, Is.InRange(interval.Low, interval.High));
    }

    [Test]
    public void The_order_of_pairs_changes_no_figure()
    {
        double[] margins = [0.1, -0.2, 2, 3, -3, 0];
        double error = Calibration.Error(margins);
        Array.Reverse(margins);
        Assert.That(Calibration.Error(margins), Is.EqualTo(error).Within(1e-15));
    }

    [Test]
    public void Gold_agreement_counts_ties_half_and_splits_by_margin()
    {
        var agreement = GoldAgreement.Of([new(0, 2), new(1, -0.1), new(2, 0), new(3, 1)], 1);
        Assert.That(agreement.All.Value, Is.EqualTo(2.5 / 4));
        Assert.That(agreement.ByMargin.Select(part => part.Agreement.Value), Is.EqualTo(new[] { 0.5, 0, 1, 1 }));
        Assert.That(GoldAgreement.Of([new(0, 2), new(0, 1), new(1, -1), new(1, -2)], 1).All.Low, Is.Zero, "pairs of one prompt are resampled together");
    }
}
