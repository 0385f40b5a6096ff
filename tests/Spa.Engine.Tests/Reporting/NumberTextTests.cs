using Spa.Engine.Reporting;

namespace Spa.Engine.Tests.Reporting;

public sealed class NumberTextTests
{
    [TestCase(2.65, NumberStyle.Number, "2.65")]
    [TestCase(-0.00004, NumberStyle.Number, "−4e−5")]
    [TestCase(0.03123456, NumberStyle.Number, "0.03123")]
    [TestCase(123456.7, NumberStyle.Number, "123,457")]
    [TestCase(-1.5e300, NumberStyle.Number, "−1.5e300")]
    [TestCase(0.744, NumberStyle.Percent, "74.4%")]
    [TestCase(-0.0001, NumberStyle.Percent, "0.0%")]
    [TestCase(24000, NumberStyle.Count, "24,000")]
    [TestCase(0.0123, NumberStyle.Duration, "12.3 ms")]
    [TestCase(3.21, NumberStyle.Duration, "3.2 s")]
    [TestCase(59.96, NumberStyle.Duration, "1 min 00 s")]
    [TestCase(842, NumberStyle.Duration, "14 min 02 s")]
    [TestCase(7260, NumberStyle.Duration, "2 h 01 min")]
    [TestCase(1637632, NumberStyle.Bytes, "1.64 MB")]
    [TestCase(999_900, NumberStyle.Bytes, "1 MB")]
    [TestCase(double.NaN, NumberStyle.Percent, "–")]
    [TestCase(double.NegativeInfinity, NumberStyle.Duration, "−∞")]
    public void A_number_reads_as_people_write_it(double value, NumberStyle style, string expected) =>
        Assert.That(NumberText.Format(value, style), Is.EqualTo(expected));

    [Test]
    public void An_estimate_has_the_decimals_its_interval_supports()
    {
        Estimate estimate = new(2.6512345, 2.4, 2.889);
        Assert.That(NumberText.Format(estimate, NumberStyle.Number), Is.EqualTo("2.65"));
        Assert.That(NumberText.Range(estimate, NumberStyle.Number), Is.EqualTo("2.40 to 2.89"));
    }

    [TestCase(0.126, "+0.13")]
    [TestCase(-0.126, "-0.13")]
    [TestCase(-0.004, "0.00")]
    [TestCase(0.004, "0.00")]
    [TestCase(-12, "-12.00")]
    public void A_difference_has_one_sign_and_zero_has_none(double value, string expected) => Assert.That(NumberText.Signed(value, "0.00"), Is.EqualTo(expected));

    [Test]
    public void Any_number_is_short_in_every_style() =>
        Gen.Double.Select(Gen.Enum<NumberStyle>()).Sample((value, style) =>
            Assert.That(NumberText.Format(value, style), Has.Length.InRange(1, 22)));
}
