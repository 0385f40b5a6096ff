using Spa.Engine.Evaluation;

namespace Spa.Engine.Tests.Evaluation;

internal sealed class NoiseDetectionTests
{
    // Few values, so that ties are common.
    private static readonly Gen<(double Margin, bool Wrong)[]> s_pairs = Gen.Select(Gen.Int[-3, 3].Select(x => x / 2.0), Gen.Bool).Array[1, 25];

    [Test]
    public void The_area_is_the_share_of_wrong_and_right_labels_in_the_right_order_ties_half_whatever_the_order_of_the_pairs() => s_pairs.Sample(pairs =>
    {
        double[] wrong = [.. pairs.Where(p => p.Wrong).Select(p => p.Margin)], right = [.. pairs.Where(p => !p.Wrong).Select(p => p.Margin)];
        double found = NoiseDetection.AreaUnderCurve(pairs).Value;
        if (wrong.Length == 0 || right.Length == 0) Assert.That(found, Is.NaN);
        else Assert.That(found, Is.EqualTo(wrong.Average(w => right.Average(r => w < r ? 1 : w == r ? 0.5 : 0))).Within(1e-12));
        Assert.That(NoiseDetection.AreaUnderCurve([.. pairs.Reverse()]).Value, Is.EqualTo(found), "to the bit");
    }, iter: 300);

    [Test]
    public void Precision_is_of_the_flags_and_recall_of_the_wrong_labels()
    {
        var (precision, recall) = NoiseDetection.OfFlags([(true, true), (true, false), (true, true), (false, true), (false, false)]);
        Assert.That(precision.Value, Is.EqualTo(2.0 / 3));
        Assert.That(recall.Value, Is.EqualTo(2.0 / 3));
        Assert.That(NoiseDetection.OfFlags([(false, false)]).Precision.Value, Is.NaN);
    }

    [Test]
    public void A_perfect_margin_has_area_1_and_its_opposite_0()
    {
        (double, bool)[] pairs = [(-1, true), (-2, true), (1, false), (2, false)];
        Assert.That(NoiseDetection.AreaUnderCurve(pairs).Value, Is.EqualTo(1));
        Assert.That(NoiseDetection.AreaUnderCurve([.. pairs.Select(p => (-p.Item1, p.Item2))]).Value, Is.Zero);
    }
}
