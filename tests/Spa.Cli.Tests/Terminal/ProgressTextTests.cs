using Spa.Cli.Terminal;

namespace Spa.Cli.Tests.Terminal;

internal sealed class ProgressTextTests
{
    private TimeSpan _now;

    [Test]
    public void A_log_line_has_share_rate_and_time_left()
    {
        ProgressMeter meter = Meter(0, 250, 1000, TimeSpan.FromSeconds(10), "loss 0.61");
        Assert.That(ProgressText.Plain(meter), Is.EqualTo("train: 250/1000 updates (25%), 25/s, 0:30 left, loss 0.61"));
    }

    [Test]
    public void What_an_earlier_process_did_is_not_speed()
    {
        ProgressMeter meter = Meter(900, 910, 1000, TimeSpan.FromSeconds(20));
        Assert.That(ProgressText.Plain(meter), Is.EqualTo("train: 910/1000 updates (91%), 2 s each, 3:00 left"));
    }

    [Test]
    public void The_last_line_says_how_long_it_took() =>
        Assert.That(ProgressText.Plain(Meter(0, 10, 10, TimeSpan.FromSeconds(125))), Is.EqualTo("train: 10/10 updates (100%), 12.5 s each, took 2:05"));

    [Test]
    public void Ninety_nine_point_nine_percent_is_not_a_hundred() =>
        Assert.That(ProgressText.Plain(Meter(0, 9999, 10000, TimeSpan.FromSeconds(1))), Does.Contain("(99%)"));

    [Test]
    public void A_live_line_never_reaches_the_last_column([Range(1, 120)] int width)
    {
        string line = ProgressText.Live(Meter(0, 412, 1000, TimeSpan.FromSeconds(33.5), "812 tokens/s"), width, unicode: true);
        Assert.That(line, Has.Length.LessThan(width));
    }

    [Test]
    public void A_narrow_terminal_loses_detail_before_numbers()
    {
        ProgressMeter meter = Meter(0, 412, 1000, TimeSpan.FromSeconds(33.5), "812 tokens/s");
        Assert.That(ProgressText.Live(meter, 100, unicode: false), Does.Contain("812 tokens/s").And.Contain("#"));
        Assert.That(ProgressText.Live(meter, 50, unicode: false), Does.Not.Contain("tokens/s").And.Contain("412/1000 updates"));
    }

    [Test]
    public void Without_unicode_the_bar_is_ascii() =>
        Assert.That(ProgressText.Live(Meter(0, 5, 10, TimeSpan.FromSeconds(1)), 80, unicode: false), Does.Match("^[ -~]*$"));

    [TestCase(7.4, "0:07")]
    [TestCase(750, "12:30")]
    [TestCase(3723, "1:02:03")]
    [TestCase(100 * 3600, "100:00:00")]
    public void Durations_read_as_clocks(double seconds, string text) => Assert.That(ProgressText.Duration(TimeSpan.FromSeconds(seconds)), Is.EqualTo(text));

    private ProgressMeter Meter(long first, long done, long total, TimeSpan elapsed, string detail = "")
    {
        ProgressMeter meter = new("train", first, () => _now);
        _now += elapsed;
        meter.Update(done, total, "updates", detail);
        return meter;
    }
}
