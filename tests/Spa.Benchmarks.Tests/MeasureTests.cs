using Spa.Benchmarks.Baselines;

namespace Spa.Benchmarks.Tests;

internal sealed class MeasureTests
{
    // Ranks from Conover, Practical Nonparametric Statistics, table A3: the interval of a median at 95 %.
    [TestCase(1, 1, 1)]
    [TestCase(5, 1, 5)]
    [TestCase(6, 1, 6)]
    [TestCase(8, 1, 8)]
    [TestCase(9, 2, 8)]
    [TestCase(15, 4, 12)]
    [TestCase(20, 6, 15)]
    [TestCase(30, 10, 21)]
    public void The_interval_of_a_median_has_the_ranks_of_the_binomial_table(int count, int low, int high)
    {
        Measure measure = Measure.Of([.. Enumerable.Range(1, count).Select(i => (double)i).Reverse()]);
        Assert.That(measure, Is.EqualTo(new Measure((count + 1) / 2.0, low, high)));
    }

    [Test]
    public void The_interval_holds_the_true_median_as_often_as_it_says()
    {
        var random = new Random(3);
        int inside = Enumerable.Range(0, 4000).Select(_ => Measure.Of([.. Enumerable.Range(0, 15).Select(_ => Math.Exp(random.NextDouble()))])).Count(m => m.Low <= Math.Exp(0.5) && m.High >= Math.Exp(0.5));
        // 96.5 % for 15 values; four standard deviations of 4000 draws are 1.2 %.
        Assert.That(inside / 4000.0, Is.EqualTo(0.965).Within(0.012));
    }

    [Test]
    public void Outliers_move_neither_median_nor_interval()
    {
        double[] values = [.. Enumerable.Range(0, 15).Select(i => 100.0 + i)];
        Measure calm = Measure.Of(values);
        (values[14], values[13]) = (1e9, 1e9);
        Assert.That(Measure.Of(values), Is.EqualTo(calm));
    }

    [Test]
    public void A_quotient_is_as_wide_as_both_its_parts() =>
        Assert.That(new Measure(10, 8, 12) / new Measure(2, 1, 4), Is.EqualTo(new Measure(5, 2, 12)));
}
