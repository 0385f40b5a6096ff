using Spa.Engine.Reporting;

namespace Spa.Engine.Tests.Reporting;

public sealed class HistogramDataTests
{
    [Test]
    public void Every_value_is_counted_once_and_edges_ascend() =>
        Gen.Double.Array[0, 60].Select(Gen.Int[1, 50]).Sample((values, bins) =>
        {
            HistogramData data = HistogramData.FromValues(values, bins);
            Assert.That(data.Total, Is.EqualTo(values.Length));
            Assert.That(data.Edges, Is.Ordered.Ascending);
            Assert.That(data.Edges.All(double.IsFinite));
            for (int i = 0; i < data.Counts.Count; i++)
            {
                bool last = i == data.Counts.Count - 1;
                long inside = values.Count(value => value >= data.Edges[i]
                    && (value < data.Edges[i + 1] || last && value == data.Edges[i + 1]));
                Assert.That(data.Counts[i], Is.EqualTo(inside), $"bin {i}");
            }
        });

    [Test]
    public void A_far_outlier_is_counted_beside_the_axis()
    {
        HistogramData data = HistogramData.FromValues([.. Enumerable.Range(0, 100).Select(i => i / 100.0), 1e6, -1e6]);
        Assert.That((data.Below, data.Above), Is.EqualTo((1L, 1L)));
        Assert.That(data.Edges[^1], Is.EqualTo(0.99));
    }

    [Test]
    public void Constants_and_nothing_are_no_special_case_for_the_caller()
    {
        HistogramData constant = HistogramData.FromValues([3, 3, 3]);
        Assert.That(constant.Counts, Is.EqualTo(new[] { 3L }));
        Assert.That(constant.Edges, Is.EqualTo(new[] { 2.5, 3.5 }));
        Assert.That(HistogramData.FromValues([double.NaN]).Counts, Is.Empty);
        Assert.That(HistogramData.FromValues([double.NaN]).NotFinite, Is.EqualTo(1));
    }
}
