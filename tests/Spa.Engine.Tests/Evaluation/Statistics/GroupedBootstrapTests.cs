using Spa.Engine.Evaluation.Statistics;

namespace Spa.Engine.Tests.Evaluation.Statistics;

internal sealed class GroupedBootstrapTests
{
    [Test]
    public void Groups_of_one_agree_with_the_t_interval()
    {
        double[] values = [.. Enumerable.Range(0, 300).Select(i => Math.Sin(i * i))];
        Interval grouped = Bootstrap.GroupedMean(values, [.. values.Select(_ => 1)], 3), t = Interval.Mean(values);
        // As for the bootstrap of single values: 10 % of the half width.
        Assert.That(grouped.Value, Is.EqualTo(t.Value).Within(1e-12));
        Assert.That(grouped.Low, Is.EqualTo(t.Low).Within(0.1 * (t.High - t.Value)));
        Assert.That(grouped.High, Is.EqualTo(t.High).Within(0.1 * (t.High - t.Value)));
    }

    [Test]
    public void What_groups_share_widens_the_interval()
    {
        double[] values = [.. Enumerable.Range(0, 100).Select(i => Math.Sin(i * i))];
        Interval single = Bootstrap.GroupedMean(values, [.. values.Select(_ => 1)], 3);
        Interval doubled = Bootstrap.GroupedMean([.. values.Select(v => 2 * v)], [.. values.Select(_ => 2)], 3);
        Assert.That(doubled, Is.EqualTo(single), "a value said twice is no more evidence");
    }

    [Test]
    public void One_group_has_no_bounds_and_none_no_mean()
    {
        Assert.That(Bootstrap.GroupedMean([6], [2], 1), Is.EqualTo(new Interval(3, double.NaN, double.NaN)));
        Assert.That(Bootstrap.GroupedMean([], [], 1).Value, Is.NaN);
    }
}
