using System.Text.RegularExpressions;
using Spa.Engine.Reporting;

namespace Spa.Engine.Tests.Reporting;

public sealed partial class ReportWriterTests
{
    private const string Hostile = "</script><script>alert(1)</script></style></title></pre>\" onload='x' <img src=http://a.b/c>\0\u202e\ud800\U0001F43F";

    [Test]
    public void A_conversation_shows_its_turns_with_their_roles_before_the_prompt()
    {
        string html = ReportWriter.Render(SyntheticReport.Full());
        Assert.That(html, Does.Contain("<div class=\"turn\"><p class=\"who\"><span>assistant</span></p><p class=\"text\" dir=\"auto\">A dog has four legs. &lt;b&gt;Four&lt;/b&gt;.\nNot six.</p></div>\n"
            + "<p class=\"prompt\" dir=\"auto\">My son asks."));
    }

    [Test]
    public void Equal_reports_are_equal_bytes()
    {
        using TemporaryFolder folder = new();
        ReportWriter.Write(SyntheticReport.Full(), folder.File("a.html"));
        ReportWriter.Write(SyntheticReport.Full(), folder.File("b.html"));
        Assert.That(File.ReadAllBytes(folder.File("b.html")), Is.EqualTo(File.ReadAllBytes(folder.File("a.html"))));
        Assert.That(Directory.GetFiles(folder.FullName), Has.Length.EqualTo(2), "no temporary file stays");
    }

    [Test]
    public void The_page_loads_nothing_and_runs_nothing()
    {
        string page = ReportWriter.Render(SyntheticReport.Full());
        Assert.That(page, Does.Contain("default-src 'none'"));
        Assert.That(page, Does.Not.Match(@"(?i)<script|<iframe|<object|<img|@import|url\("));
        Assert.That(AttributeAddress().Matches(page).Select(match => match.Groups[1].Value), Is.All.Match("^(#.*|data:,)$"));
    }

    [Test]
    public void Every_section_is_there_when_there_is_data_and_none_without()
    {
        string[] all = ["stages", "answers", "agreement", "training", "margins", "responses", "time", "notes", "configuration",
            "environment"];
        string full = ReportWriter.Render(SyntheticReport.Full()), empty = ReportWriter.Render(new RunReport { Title = "nothing" });
        foreach (string id in all)
        {
            Assert.That(full, Does.Contain($"<section id=\"{id}\">"));
            Assert.That(full, Does.Contain($"href=\"#{id}\""));
        }
        Assert.That(empty, Does.Not.Contain("<section"));
        Assert.That(empty, Does.Not.Contain("<nav"));
    }

    [Test]
    public void Every_tag_that_opens_closes()
    {
        // Void elements of HTML and self-closing ones of SVG aside, tags must nest.
        Stack<string> open = new();
        foreach (Match tag in Tag().Matches(ReportWriter.Render(HostileReport())))
        {
            string name = tag.Groups[2].Value;
            if (name is "meta" or "link" or "input" || tag.Value.EndsWith("/>", StringComparison.Ordinal)) continue;
            if (tag.Groups[1].Length == 0) open.Push(name);
            else Assert.That(open.Pop(), Is.EqualTo(name));
        }
        Assert.That(open, Is.Empty);
    }

    [Test]
    public void Hostile_text_stays_text_wherever_it_stands()
    {
        string page = ReportWriter.Render(HostileReport());
        Assert.That(page, Does.Not.Contain("<script"));
        Assert.That(page, Does.Not.Contain("<img"));
        Assert.That(Regex.Count(page, "</style>"), Is.EqualTo(1));
        Assert.That(Regex.Count(page, "</title>"), Is.GreaterThan(1), "the page's own and the tooltips'");
        Assert.That(page, Does.Not.Contain('\0').And.Not.Contain('\u202e'));
        Assert.That(page, Does.Contain("\U0001F43F"));
        foreach (Match tag in Tag().Matches(page)) Assert.That(Regex.Replace(tag.Value, "\"[^\"]*\"", ""), Does.Not.Contain("onload"),
            "no attribute was broken out of");
    }

    [Test]
    public void Absurd_numbers_make_a_page()
    {
        double[] absurd = [double.NaN, double.PositiveInfinity, double.NegativeInfinity, double.MaxValue, double.MinValue,
            double.Epsilon, -0.0];
        RunReport report = new()
        {
            Title = "numbers",
            Summary = [.. absurd.Select(value => new SummaryFigure("f", new(value, value, value)))],
            Stages = new("t", [new("c", Plot: true, Reference: double.NaN)],
                [.. absurd.Select(value => new ReportRow("r", [new(value, -value, value)]))]),
            Metrics = [.. absurd.Select((value, i) => new MetricsEntry("s", i, new Dictionary<string,
                double> { [MetricKeys.Loss] = value, [MetricKeys.GradNorm] = value }))],
            Iterations = [.. absurd.Select(value => new IterationAudit { Stage = "s", Margins = HistogramData.FromValues(absurd),
                Threshold = value, KlToSft = new(value) })],
            Timings = [.. absurd.Select(value => new PhaseTiming("p", value, long.MaxValue))],
        };
        Assert.That(ReportWriter.Render(report), Does.EndWith("</html>\n"));
    }

    [Test]
    public void A_long_answer_is_cut_and_says_so()
    {
        RunReport report = new() { Title = "t", Samples = [new("p", [new("m", new string('x', 7000))])] };
        Assert.That(ReportWriter.Render(report), Does.Contain("… (1000 more characters)"));
    }

    [Test]
    public void An_unwritable_place_is_one_clear_line()
    {
        using TemporaryFolder folder = new();
        File.WriteAllText(folder.File("file"), "");
        Assert.That(() => ReportWriter.Write(SyntheticReport.Full(), Path.Combine(folder.File("file"), "report.html")),
            Throws.TypeOf<SpaException>().With.Message.StartsWith("cannot write"));
    }

    private static RunReport HostileReport() => new()
    {
        Title = Hostile,
        Subtitle = Hostile,
        Warnings = [Hostile],
        Notes = [Hostile],
        Configuration = Hostile,
        Summary = [new(Hostile, new(1), Note: Hostile)],
        StageNames = [new("s", Hostile)],
        Stages = new(Hostile, [new(Hostile, Plot: true, ReferenceLabel: Hostile)],
            [new(Hostile, [new(1, 0, 2)], IsControl: true)], Hostile),
        Metrics = [new("s", 1, new Dictionary<string, double> { ["loss"] = 1 }),
            new(Hostile, 1, new Dictionary<string, double> { ["loss"] = 2 })],
        Iterations = [new() { Stage = Hostile, Margins = HistogramData.FromValues([1, 2]), Flagged = new(0.1) }],
        RewardAccuracies = [new(Hostile, Hostile, new(0.5), 3)],
        Tables = [new(Hostile, [new(Hostile)], [new(Hostile, [new(1)])], Hostile)],
        Samples = [new(Hostile, [new(Hostile, Hostile, Hostile, true)])],
        Timings = [new(Hostile, 1, 1)],
        Environment = [new(Hostile, Hostile)],
    };

    [GeneratedRegex("<(/?)([a-z][a-z0-9]*)[^>]*>")]
    private static partial Regex Tag();

    [GeneratedRegex("(?:href|src)=\"([^\"]*)\"")]
    private static partial Regex AttributeAddress();
}
