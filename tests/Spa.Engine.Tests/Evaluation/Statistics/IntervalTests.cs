using Spa.Engine.Evaluation.Statistics;

namespace Spa.Engine.Tests.Evaluation.Statistics;

public sealed class IntervalTests
{
    // Published tables: normal and t quantiles to the digits they print.
    [TestCase(0.975, 1.959963984540054)]
    [TestCase(0.95, 1.6448536269514722)]
    [TestCase(0.995, 2.5758293035489004)]
    [TestCase(0.001, -3.090232306167813)]
    [TestCase(1e-10, -6.361340902404056)]
    public void Normal_quantile_equals_the_tables(double p, double expected) =>
        Assert.That(NormalDistribution.Quantile(p), Is.EqualTo(expected).Within(1e-12), "float64 rounding of the inversion");

    // Any printed table: four decimals.
    [TestCase(0.975, 7, 2.3646)]
    [TestCase(0.95, 10, 1.8125)]
    [TestCase(0.975, 30, 2.0423)]
    [TestCase(0.975, 1000, 1.9623)]
    public void T_quantile_equals_the_tables(double p, double degrees, double expected) =>
        Assert.That(StudentT.Quantile(p, degrees), Is.EqualTo(expected).Within(5e-5), "the table's rounding");

    [TestCase(0.6)]
    [TestCase(0.975)]
    [TestCase(0.9999)]
    public void T_quantile_equals_its_closed_forms_for_1_2_and_4_degrees(double p)
    {
        double a = 4 * p * (1 - p), q = Math.Cos(Math.Acos(Math.Sqrt(a)) / 3) / Math.Sqrt(a);
        double[] expected = [Math.Tan(Math.PI * (p - 0.5)), (2 * p - 1) * Math.Sqrt(2 / a), 2 * Math.Sqrt(q - 1)];
        double[] found = [StudentT.Quantile(p, 1), StudentT.Quantile(p, 2), StudentT.Quantile(p, 4)];
        // 1 - p costs four digits at 0.9999; the rest is rounding of the inversion.
        for (int i = 0; i < 3; i++) Assert.That(found[i], Is.EqualTo(expected[i]).Within(1e-11 * expected[i]));
    }

    [Test]
    public void T_approaches_the_normal_and_one_degree_is_Cauchy()
    {
        Assert.That(StudentT.Quantile(0.975, 1e7), Is.EqualTo(NormalDistribution.Quantile(0.975)).Within(1e-6),
            "they differ by 2.4 / degrees");
        Assert.That(StudentT.Cdf(1, 1), Is.EqualTo(0.75).Within(1e-14));
        Assert.That(StudentT.Cdf(-3, 1), Is.EqualTo(0.5 - Math.Atan(3) / Math.PI).Within(1e-14));
    }

    [Test]
    public void Quantile_inverts_the_distribution() =>
        Gen.Double[0.0001, 0.9999].Select(Gen.Double[0.5, 500]).Sample((p, degrees) =>
        {
            Assert.That(NormalDistribution.Cdf(NormalDistribution.Quantile(p)), Is.EqualTo(p).Within(1e-12));
            Assert.That(StudentT.Cdf(StudentT.Quantile(p, degrees), degrees), Is.EqualTo(p).Within(1e-11));
        }, iter: 200);

    // Newcombe 1998, table I: 81 of 263, 15 of 148, 0 of 20, 1 of 29.
    [TestCase(81, 263, 0.2553, 0.3662)]
    [TestCase(15, 148, 0.0624, 0.1605)]
    [TestCase(0, 20, 0.0000, 0.1611)]
    [TestCase(1, 29, 0.0061, 0.1718)]
    public void Wilson_equals_the_published_examples(int successes, int count, double low, double high)
    {
        Interval interval = Interval.Proportion(successes, count);
        Assert.That(interval.Low, Is.EqualTo(low).Within(5e-5), "printed with four digits");
        Assert.That(interval.High, Is.EqualTo(high).Within(5e-5), "printed with four digits");
    }

    [Test]
    public void Proportion_stays_in_range_holds_its_estimate_and_mirrors() =>
        Gen.Int[1, 100_000].SelectMany(n => Gen.Int[0, 2 * n].Select(k => (n, k / 2.0))).Sample((n, successes) =>
        {
            Interval here = Interval.Proportion(successes, n), mirrored = Interval.Proportion(n - successes, n);
            Assert.That(here.Low, Is.InRange(0, here.Value));
            Assert.That(here.High, Is.InRange(here.Value, 1));
            Assert.That(here.Low, Is.EqualTo(1 - mirrored.High).Within(1e-12));
        });

    [Test]
    public void Mean_uses_t_with_the_sample_deviation()
    {
        Interval interval = Interval.Mean([1, 2, 3, 4, 5]);
        double half = 2.7764451051977987 * Math.Sqrt(2.5 / 5); // t(0.975, 4) from the tables
        Assert.That(interval.Value, Is.EqualTo(3));
        Assert.That(interval.Low, Is.EqualTo(3 - half).Within(1e-12));
        Assert.That(interval.High, Is.EqualTo(3 + half).Within(1e-12));
    }

    [Test]
    public void A_large_offset_costs_no_digits() =>
        Assert.That(Interval.MeanAndError([1e9 + 1, 1e9 + 2, 1e9 + 3]).StandardError, Is.EqualTo(Math.Sqrt(1.0 / 3)).Within(1e-9));

    [Test]
    public void Too_little_data_has_no_bounds()
    {
        Assert.That(Interval.Proportion(0, 0).Value, Is.NaN);
        Assert.That(Interval.Mean([]).Value, Is.NaN);
        Assert.That(Interval.Mean([4]), Is.EqualTo(new Interval(4, double.NaN, double.NaN)));
        Assert.That(Bootstrap.Mean([4], 1), Is.EqualTo(new Interval(4, double.NaN, double.NaN)));
    }

    [Test]
    public void Normal_interval_is_symmetric()
    {
        Interval interval = Interval.Normal(10, 2, 0.9);
        Assert.That(interval.High - 10, Is.EqualTo(2 * 1.6448536269514722).Within(1e-12));
        Assert.That(10 - interval.Low, Is.EqualTo(interval.High - 10).Within(1e-12));
    }

    [Test]
    public void Impossible_arguments_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => Interval.Proportion(3, 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => Interval.Proportion(double.NaN, 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => Interval.Proportion(1, 2, 1));
        Assert.Throws<ArgumentException>(() => Bootstrap.PairedDifference([1, 2], [1], 0));
    }
}
