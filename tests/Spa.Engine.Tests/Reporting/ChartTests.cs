using System.Globalization;
using System.Xml.Linq;
using Spa.Engine.Reporting;
using Spa.Engine.Reporting.Plots;

namespace Spa.Engine.Tests.Reporting;

public sealed class ChartTests
{
    private static LineChart Line(params double[] values) => new()
    {
        Title = "t",
        XLabel = "update",
        Series = [new("line", [.. values.Select((y, x) => new PlotPoint(x + 1, y))])],
    };

    private static XElement Parse(Chart chart)
    {
        XElement svg = XElement.Parse(chart.ToSvg());
        foreach (XAttribute attribute in svg.Descendants().Attributes())
        {
            Assert.That(attribute.Value, Does.Not.Contain("NaN").And.Not.Contain("∞").And.Not.Contain("E+"),
                $"{attribute.Parent!.Name.LocalName}/{attribute.Name}");
            if (attribute.Name.LocalName is "x" or "x1" or "x2" or "cx")
                Assert.That(double.Parse(attribute.Value, CultureInfo.InvariantCulture), Is.InRange(0, PlotFrame.Width),
                    attribute.Parent!.ToString());
            if (attribute.Name.LocalName is "y" or "y1" or "y2" or "cy")
                Assert.That(double.Parse(attribute.Value, CultureInfo.InvariantCulture), Is.InRange(0, chart.Height + 100),
                    attribute.Parent!.ToString());
        }
        return svg;
    }

    private static IEnumerable<XElement> OfClass(XElement svg, string name) =>
        svg.Descendants().Where(element => ((string?)element.Attribute("class") ?? "").Split(' ').Contains(name));

    private static string[] Ticks(XElement svg) => [.. OfClass(svg, "tick")
        .Where(tick => ((string)tick.Attribute("class")!).Contains("end")).Select(tick => tick.Value)];

    [Test]
    public void Many_long_names_stand_whole_one_below_the_other_and_a_long_note_below_the_title()
    {
        string[] names = [.. Enumerable.Range(1, 30).Select(i => $"Random judge, iteration {i}")];
        var chart = new BarChart { Title = "Main table, ablation and judges", Note = "mean gold, 95% intervals over 12 seeds", Groups = names, Series = [new BarSeries("", [.. names.Select((_, i) => new Estimate(i, i - 1, i + 1))])] };
        XElement svg = XElement.Parse(chart.ToSvg());
        XElement[] texts = [.. OfClass(svg, "tick").Where(text => names.Contains(text.Value))];
        Assert.That(texts.Select(text => text.Value), Is.EqualTo(names));
        double[] y = [.. texts.Select(text => (double)text.Attribute("y")!)];
        Assert.That(y.Zip(y.Skip(1), (a, b) => b - a), Has.All.GreaterThanOrEqualTo(14), "the type has 12 units");
        Assert.That(double.Parse(((string)svg.Attribute("viewBox")!).Split(' ')[3], CultureInfo.InvariantCulture), Is.GreaterThan(y[^1] + 60), "axis and head");
        XElement title = svg.Descendants().First(text => text.Value == chart.Title && text.Name.LocalName == "text"), note = svg.Descendants().Single(text => text.Value == chart.Note);
        Assert.That((double)note.Attribute("y")!, Is.GreaterThan((double)title.Attribute("y")! + 12));
    }

    [Test]
    public void One_point_is_a_dot()
    {
        XElement svg = Parse(Line(0.5));
        Assert.That(OfClass(svg, "dot").Count(), Is.EqualTo(1));
        Assert.That(OfClass(svg, "line"), Is.Empty);
    }

    [Test]
    public void A_constant_series_lies_inside_its_axis() =>
        Assert.That(Ticks(Parse(Line(3, 3, 3))), Has.Length.GreaterThanOrEqualTo(2).And.Member("3.0"));

    [Test]
    public void NaN_makes_a_gap()
    {
        XElement svg = Parse(Line([.. Enumerable.Range(0, 40)
            .Select(i => i is 10 or 25 ? double.NaN : i == 30 ? double.PositiveInfinity : i)]));
        Assert.That(OfClass(svg, "line").Count(), Is.EqualTo(4));
    }

    [Test]
    public void A_lone_point_between_gaps_is_not_lost()
    {
        double[] values = [.. Enumerable.Repeat(1.0, 40)];
        (values[10], values[12]) = (double.NaN, double.NaN);
        Assert.That(OfClass(Parse(Line(values)), "dot").Count(), Is.EqualTo(1));
    }

    [Test]
    public void No_data_is_no_crash()
    {
        Assert.That(Line(double.NaN, double.NaN).HasData, Is.False);
        Parse(Line(double.NaN));
        Parse(Line());
        Parse(new BarChart { Title = "t", Groups = [], Series = [] });
        Parse(new HistogramChart { Title = "t", Data = HistogramData.FromValues([]) });
    }

    [TestCase(-double.MaxValue, double.MaxValue)]
    [TestCase(double.Epsilon, 2 * double.Epsilon)]
    [TestCase(1e-300, 1e300)]
    [TestCase(1e15, 1e15 + 1)]
    [TestCase(-1, 1e9)]
    public void Huge_and_tiny_ranges_draw(double low, double high)
    {
        Parse(Line(low, high, (low / 2) + (high / 2)));
        Parse(Line(low, high) with { LogY = true });
        Parse(new HistogramChart { Title = "t", Data = HistogramData.FromValues([low, high]), Threshold = high });
        Parse(new BarChart { Title = "t", Groups = ["g"], Series = [new("s", [new(high, low, high)])] });
    }

    [Test]
    public void Any_numbers_draw_in_every_chart() =>
        Gen.Double.Array[0, 30].Select(Gen.Bool, Gen.Enum<NumberStyle>()).Sample((values, log, style) =>
        {
            Parse(Line(values) with { LogY = log, Style = style, Smooth = true });
            Parse(new BarChart
            {
                Title = "t",
                Style = style,
                Groups = [.. values.Select(value => $"{value:R}")],
                Series = [new("s", [.. values.Select(value => new Estimate(value, value - 1, value + 1))])]
            });
            Parse(new HistogramChart
            {
                Title = "t",
                Data = HistogramData.FromValues(values, 7),
                Threshold = values.FirstOrDefault(double.IsFinite)
            });
        }, iter: 300);

    [TestCase(new[] { 0.0, 1.0 }, "0.0 0.2 0.4 0.6 0.8 1.0")]
    [TestCase(new[] { -3.0, 17.0 }, "−5 0 5 10 15 20")]
    [TestCase(new[] { 0.0, 5e-7 }, "0 1e−7 2e−7 3e−7 4e−7 5e−7")]
    [TestCase(new[] { 0.0, 24000.0 }, "0 5,000 10,000 15,000 20,000 25,000")]
    public void Ticks_are_round(double[] values, string expected) =>
        Assert.That(string.Join(' ', Ticks(Parse(Line(values)))), Is.EqualTo(expected));

    [TestCase(new[] { 0.3, 40.0 }, "0.2 0.5 1 2 5 10 20 50")]
    [TestCase(new[] { 1.0, 1e6 }, "1 10 100 1,000 10,000 100,000 1e6")]
    [TestCase(new[] { 2.0, 2.0 }, "1 2 5")]
    public void Log_ticks_are_decades_or_1_2_5(double[] values, string expected) =>
        Assert.That(string.Join(' ', Ticks(Parse(Line(values) with { LogY = true }))), Is.EqualTo(expected));

    [Test]
    public void Lines_do_not_cross_from_stage_to_stage()
    {
        LineChart chart = Line([.. Enumerable.Range(0, 100).Select(i => (double)i)]) with { Spans = [new(0, 50, "a"), new(50, 100, "b")] };
        Assert.That(OfClass(Parse(chart), "line").Count(), Is.EqualTo(2));
    }

    [Test]
    public void A_long_line_keeps_its_spikes_and_stays_small()
    {
        double[] values = new double[200_000];
        values[123_456] = 9;
        XElement svg = Parse(Line(values));
        string data = (string)OfClass(svg, "line").Single().Attribute("d")!;
        Assert.That(data.Length, Is.LessThan(30_000));
        double top = data.Split('M', 'L').Skip(1).Min(pair => double.Parse(pair.Split(' ')[1]));
        Assert.That(top, Is.LessThan(PlotFrame.Height * 0.2), "the spike reaches the upper part of the drawing");
    }

    [Test]
    public void Smoothing_leaves_a_straight_line_straight_to_its_ends()
    {
        PlotPoint[] points = [.. Enumerable.Range(0, 100).Select(i => new PlotPoint(i, 3 - 0.5 * i))];
        foreach ((PlotPoint smooth, PlotPoint point) in LinePath.Smoothed(points).Zip(points)) Assert.That(smooth.Y, Is.EqualTo(point.Y)
            .Within(1e-10));
    }

    [Test]
    public void The_bin_that_holds_the_threshold_is_split()
    {
        XElement svg = Parse(new HistogramChart { Title = "t", Data = new HistogramData([0, 1, 2], [4, 6]), Threshold = 0.5 });
        Assert.That(OfClass(svg, "flagged").Count(), Is.EqualTo(1));
        Assert.That(OfClass(svg, "bar").Count(), Is.EqualTo(2));
        Assert.That(svg.ToString(), Does.Contain("threshold 0.5"));
    }

    [Test]
    public void Bars_lie_where_their_names_would_be_cut_and_every_name_is_whole()
    {
        string[] names = ["SFT", "Seed DPO", "SPA 1", "SPA 2", "SPA 3", "Random judge 1", "Random judge 2", "Random judge 3", "Seed DPO, 87 updates"];
        XElement svg = Parse(new BarChart
        {
            Title = "t",
            Groups = names,
            Series = [new("", [.. names.Select((_, i) => new Estimate(0.4 + 0.02 * i, 0.3, 0.7))])],
            Style = NumberStyle.Percent,
            Reference = 0.5,
            Faded = [.. names.Select((_, i) => i >= 5)],
        });
        Assert.That(svg.Descendants().Where(e => e.Name.LocalName == "text").Select(e => e.Value), Is.SupersetOf(names));
        double[] widths = [.. OfClass(svg, "bar").Select(b => (double)b.Attribute("width")!)];
        Assert.That(widths, Is.Ordered.Ascending.And.Length.EqualTo(9));
        Assert.That(widths[5] / widths[0], Is.EqualTo(0.5 / 0.4).Within(1e-3), "from zero");
        Assert.That(OfClass(svg, "bar").Count(b => ((string)b.Attribute("class")!).Contains("faded")), Is.EqualTo(4));
        Assert.That(OfClass(svg, "whisker").Count(), Is.EqualTo(27));
        Assert.That(OfClass(svg, "reference").Single().Attribute("x1")!.Value, Is.EqualTo(OfClass(svg, "reference").Single().Attribute("x2")!.Value));
    }

    [Test]
    public void Bars_rise_from_zero_and_carry_whiskers_and_tooltips()
    {
        XElement svg = Parse(new BarChart
        {
            Title = "t",
            Style = NumberStyle.Percent,
            Groups = ["a", "b"],
            Series = [new("s", [new(0.5, 0.4, 0.6), new(0.25)]), new("z", [Estimate.None])]
        });
        XElement[] bars = [.. OfClass(svg, "bar")];
        Assert.That(bars, Has.Length.EqualTo(2));
        Assert.That((double)bars[0].Attribute("height")!, Is.EqualTo(2 * (double)bars[1].Attribute("height")!).Within(0.02),
            "two decimals");
        Assert.That(OfClass(svg, "whisker").Count(), Is.EqualTo(3));
        Assert.That(bars[0].Value, Is.EqualTo("a, s: 50.0%\n95% interval 40.0% to 60.0%"));
    }

    [TestCase(1, 2, 2)]
    [TestCase(3, 2, 6)]
    [TestCase(2, 3, 6)]
    [TestCase(3, 1, 3)]
    [TestCase(4, 2, 0, Description = "too many")]
    public void Values_of_neighbouring_bars_never_touch_on_a_phone(int groups, int series, int labels)
    {
        XElement svg = Parse(new BarChart
        {
            Title = "t",
            Groups = [.. Enumerable.Range(1, groups).Select(i => $"SPA {i}")],
            Series = [.. Enumerable.Range(0, series).Select(s => new BarSeries($"s{s}", [.. Enumerable.Range(0, groups).Select(g => new Estimate(0.581 + 0.01 * (s + g)))]))],
        });
        double[] places = [.. OfClass(svg, "value").Select(value => (double)value.Attribute("x")!).Order()];
        Assert.That(places, Has.Length.EqualTo(labels));
        Assert.That(places.Zip(places.Skip(1), (a, b) => b - a), Is.All.GreaterThan(5 * PlotFrame.TickGlyphWidth), "five glyphs each");
    }

    [Test]
    public void Shares_along_x_have_ticks_between_whole_numbers()
    {
        XElement svg = Parse(Line() with { XStyle = NumberStyle.Percent, Series = [new("s", [new(0.5, 0.5), new(1, 1)])] });
        Assert.That(OfClass(svg, "tick").Select(tick => tick.Value), Is.SupersetOf(new[] { "50%", "100%" }));
        Assert.That(svg.Value, Does.Contain("update 50.0%"));
    }

    [Test]
    public void Hostile_names_stay_text()
    {
        LineChart chart = new()
        {
            Title = "</title><script>",
            Note = "\"&",
            XLabel = "<x>",
            Series = [new("</style>", [new(1, 2)]), new("\0", [new(1, 3)])]
        };
        Assert.That(Parse(chart).Descendants().Select(element => element.Name.LocalName), Has.None.EqualTo("script"));
    }

    [Test]
    public void A_file_of_its_own_has_a_legend_for_several_series()
    {
        XElement svg = Parse(new LineChart { Title = "t", Series = [new("chosen", [new(1, 2)]), new("rejected", [new(1, 3)])] });
        Assert.That(OfClass(svg, "label").Select(text => text.Value), Is.SupersetOf(new[] { "chosen", "rejected" }));
    }
}
