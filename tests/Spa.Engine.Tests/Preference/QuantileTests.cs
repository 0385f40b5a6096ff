using Spa.Engine.Preference;

namespace Spa.Engine.Tests.Preference;

internal sealed class QuantileTests
{
    [Test]
    public void Quantile_is_linear_between_order_statistics()
    {
        Gen.Select(Gen.Double[-5, 5].Array[1, 40], Gen.Double[0, 1]).Sample((values, share) =>
        {
            double[] sorted = [.. values.Order()];
            double position = share * (sorted.Length - 1);
            double expected = sorted[(int)Math.Floor(position)] * (Math.Ceiling(position) - position) + sorted[(int)Math.Ceiling(position)] * (position - Math.Floor(position));
            if (position == Math.Floor(position)) expected = sorted[(int)position];
            Assert.That(Quantile.OfUnsorted([.. values], share), Is.EqualTo(expected).Within(1e-12));
        }, iter: 500);
    }

    [Test]
    public void Ends_and_known_values()
    {
        Assert.Multiple(() =>
        {
            Assert.That(Quantile.OfUnsorted([3.0, 1, 2], 0), Is.EqualTo(1));
            Assert.That(Quantile.OfUnsorted([3.0, 1, 2], 1), Is.EqualTo(3));
            Assert.That(Quantile.OfUnsorted([7.0], 0.1), Is.EqualTo(7));
            // numpy.quantile([1, 2, 3, 4], 0.1) is 1.3.
            Assert.That(Quantile.OfUnsorted([4.0, 2, 3, 1], 0.1), Is.EqualTo(1.3).Within(1e-15));
        });
    }
}
