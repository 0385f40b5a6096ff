using Spa.Engine.Compute;
using Spa.Engine.Evaluation.Statistics;

namespace Spa.Engine.Tests.Evaluation.Statistics;

public sealed class BootstrapTests
{
    [Test]
    public void Quantile_interpolates_as_NumPy_does()
    {
        double[] sorted = [1, 2, 4, 8];
        Assert.That(Bootstrap.Quantile(sorted, 0), Is.EqualTo(1));
        Assert.That(Bootstrap.Quantile(sorted, 1), Is.EqualTo(8));
        Assert.That(Bootstrap.Quantile(sorted, 0.5), Is.EqualTo(3));
        Assert.That(Bootstrap.Quantile(sorted, 0.1), Is.EqualTo(1.3).Within(1e-15));
    }

    [Test]
    public void Same_seed_same_interval_and_another_seed_differs()
    {
        double[] values = [.. Enumerable.Range(0, 50).Select(i => Math.Sin(i))];
        Interval first = Bootstrap.Mean(values, 7, 500), again = Bootstrap.Mean(values, 7, 500), other = Bootstrap.Mean(values, 8, 500);
        Assert.That(again, Is.EqualTo(first));
        Assert.That(other, Is.Not.EqualTo(first));
    }

    [Test]
    public void For_many_values_it_agrees_with_the_t_interval()
    {
        double[] values = [.. Enumerable.Range(0, 400).Select(i => (double)Philox.Uniform(Philox.Next(3, (uint)i, 0, 0, 0).X))];
        Interval bootstrap = Bootstrap.Mean(values, 1), t = Interval.Mean(values);
        // 10,000 resamples place a 2.5 % quantile within about 3 % of a standard error; 10 % of the half width is twice that and more.
        double tolerance = 0.1 * (t.High - t.Value);
        Assert.That(bootstrap.Low, Is.EqualTo(t.Low).Within(tolerance));
        Assert.That(bootstrap.High, Is.EqualTo(t.High).Within(tolerance));
    }

    [Test]
    public void Pairing_removes_what_both_sides_share()
    {
        double[] common = [.. Enumerable.Range(0, 40).Select(i => 100.0 * i)];
        double[] raised = [.. common.Select((value, i) => value + 1 + (i % 2 == 0 ? 0.1 : -0.1))];
        Interval difference = Bootstrap.PairedDifference(raised, common, 5, 2000);
        Assert.That(difference.Value, Is.EqualTo(1).Within(1e-9));
        Assert.That(difference.Low, Is.InRange(0.9, 1));
        Assert.That(difference.High, Is.InRange(1, 1.1));
    }

    [Test]
    public void A_constant_difference_has_no_width()
    {
        Interval difference = Bootstrap.PairedDifference([3, 4, 5], [1, 2, 3], 5, 100);
        Assert.That((difference.Low, difference.High), Is.EqualTo((2.0, 2.0)));
    }

    [Test]
    public void Draws_cover_every_value_evenly()
    {
        // The mean of an indicator over resamples of n = 3 is 1/3 on average for each position: sd of the average is 0.27 / sqrt(10,000).
        for (int hot = 0; hot < 3; hot++)
        {
            double[] values = new double[3];
            values[hot] = 1;
            double[] spread = [.. Enumerable.Range(0, 200).Select(seed => Bootstrap.Mean(values, (ulong)seed, 1).Low)];
            Assert.That(spread.Average(), Is.EqualTo(1.0 / 3).Within(0.1), "five standard errors of 200 draws");
        }
    }
}
