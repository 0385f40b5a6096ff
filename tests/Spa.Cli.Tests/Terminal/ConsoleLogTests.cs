using Spa.Cli.Terminal;

namespace Spa.Cli.Tests.Terminal;

internal sealed class ConsoleLogTests
{
    private readonly StringWriter _error = new() { NewLine = "\n" };
    private TimeSpan _now;

    [TearDown]
    public void Close() => _error.Dispose();

    [Test]
    public void In_a_log_file_progress_is_thinned_and_the_last_line_is_kept()
    {
        using ConsoleLog log = Make(live: false);
        for (int i = 1; i <= 100; i++)
        {
            _now += TimeSpan.FromSeconds(0.2);
            log.Progress("score", i, 100, "rows");
        }

        string[] lines = _error.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        // 20 seconds at one line in five, and the last.
        Assert.That(lines, Has.Length.InRange(4, 5));
        Assert.That(lines[^1], Does.StartWith("score: 100/100 rows (100%)"));
        Assert.That(_error.ToString(), Does.Not.Contain("\r"));
        Assert.That(_error.ToString(), Does.Not.Contain("\u001b"));
    }

    [Test]
    public void The_parts_of_a_phase_have_speeds_of_their_own()
    {
        using ConsoleLog log = Make(live: false);
        log.Progress("evaluate", 0, 50, "pairs");
        _now += TimeSpan.FromSeconds(100);
        log.Progress("evaluate", 50, 50, "pairs");
        log.Progress("evaluate", 0, 6, "answers");
        _now += TimeSpan.FromSeconds(6);
        log.Progress("evaluate", 1, 6, "answers");
        Assert.That(_error.ToString(), Does.Contain("50/50 pairs (100%), 2 s each, took 1:40").And.Contain("1/6 answers (16%), 6 s each, 0:30 left"));
    }

    [Test]
    public void A_phase_that_is_done_is_told_once()
    {
        using ConsoleLog log = Make(live: false);
        log.Progress("judge", 3, 3, "rows");
        log.Progress("judge", 3, 3, "rows");
        Assert.That(_error.ToString().Count(c => c == '\n'), Is.EqualTo(1));
    }

    [Test]
    public void A_notice_is_told_once()
    {
        using ConsoleLog log = Make(live: false);
        foreach (string message in new[] { "a", "b", "a" }) log.Notice(message);
        Assert.That(_error.ToString().Split('\n'), Is.EqualTo(new[] { "a", "b", "" }));
    }

    [Test]
    public void On_a_terminal_one_line_is_drawn_again()
    {
        using (ConsoleLog log = Make(live: true))
        {
            log.Progress("sample", 1, 10, "prompts");
            _now += TimeSpan.FromSeconds(1);
            log.Progress("sample", 2, 10, "prompts");
            Assert.That(_error.ToString(), Does.Not.Contain("\n"));
        }

        Assert.That(_error.ToString().Count(c => c == '\r'), Is.EqualTo(2));
        Assert.That(_error.ToString(), Does.EndWith("\n"), "the last picture stays");
    }

    [Test]
    public void A_notice_does_not_run_into_the_live_line()
    {
        using ConsoleLog log = Make(live: true);
        log.Progress("sample", 1, 10, "prompts");
        log.Notice("a notice");
        Assert.That(_error.ToString(), Does.Contain("\r\u001b[Ka notice\n\r\u001b[Ksample"));
    }

    [Test]
    public void Quiet_says_nothing()
    {
        using ConsoleLog log = new(Console(live: false), LogLevel.Quiet, () => _now);
        log.Notice("a notice");
        log.Progress("sample", 10, 10, "prompts");
        Assert.That(_error.ToString(), Is.Empty);
    }

    [Test]
    public void Details_are_for_verbose_only()
    {
        using ConsoleLog normal = Make(live: false), verbose = new(Console(live: false), LogLevel.Verbose, () => _now);
        normal.Detail("hidden");
        verbose.Detail("shown");
        Assert.That(_error.ToString(), Is.EqualTo("shown\n"));
    }

    private ConsoleLog Make(bool live) => new(Console(live), LogLevel.Normal, () => _now);

    private CliConsole Console(bool live) => new() { In = TextReader.Null, Out = TextWriter.Null, Error = _error, ErrorIsLive = live };
}
