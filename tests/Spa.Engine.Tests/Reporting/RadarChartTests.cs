using System.Globalization;
using System.Xml.Linq;
using Spa.Engine.Reporting;
using Spa.Engine.Reporting.Plots;

namespace Spa.Engine.Tests.Reporting;

internal sealed class RadarChartTests
{
    [Test]
    public void Values_lie_on_their_axes_clockwise_from_the_top()
    {
        XElement svg = Draw([10, 5, 0, 5]);
        (double X, double Y)[] dots = [.. svg.Descendants().Where(e => e.Name.LocalName == "circle").Select(e => (Number(e, "cx"), Number(e, "cy")))];
        double x = PlotFrame.Width / 2, y = dots[2].Y;
        Assert.That(dots[0].X, Is.EqualTo(x).Within(0.01));
        Assert.That(dots[0].Y, Is.LessThan(y), "the largest at the top");
        Assert.That(dots[1].X - x, Is.EqualTo((y - dots[0].Y) / 2).Within(0.01), "half as far to the right");
        Assert.That(dots[2].X, Is.EqualTo(x).Within(0.01), "zero is the centre");
        Assert.That(dots[3].X - x, Is.EqualTo(x - dots[1].X).Within(0.01));
    }

    [Test]
    public void Everything_is_inside_the_drawing_and_in_the_range()
    {
        foreach (XElement circle in Draw([12, -1, 10, 10, 3, 7, 9, 1]).Descendants().Where(e => e.Name.LocalName == "circle"))
        {
            Assert.That(Number(circle, "cx"), Is.InRange(0, PlotFrame.Width));
            Assert.That(Number(circle, "cy"), Is.InRange(0, PlotFrame.Height));
        }
    }

    [Test]
    public void A_value_that_is_not_measured_opens_the_polygon()
    {
        XElement svg = Draw([1, double.NaN, 3]);
        Assert.That(svg.Descendants().Count(e => e.Name.LocalName == "circle"), Is.EqualTo(2));
        Assert.That(svg.Descendants().Where(e => ((string?)e.Attribute("class") ?? "").StartsWith("line", StringComparison.Ordinal)), Is.Empty);
        Assert.That(svg.ToString(), Does.Not.Contain("NaN"));
    }

    [Test]
    public void Two_axes_are_no_radar() => Assert.That(Chart([1, 2]).HasData, Is.False);

    private static RadarChart Chart(double[] values) => new()
    {
        Title = "t",
        Groups = [.. values.Select((_, i) => $"axis {i}")],
        Series = [new BarSeries("model", [.. values.Select(v => new Estimate(v))])],
        End = 10,
    };

    private static XElement Draw(double[] values) => XElement.Parse(Chart(values).ToSvg());

    private static double Number(XElement element, string name) => double.Parse((string)element.Attribute(name)!, CultureInfo.InvariantCulture);
}
