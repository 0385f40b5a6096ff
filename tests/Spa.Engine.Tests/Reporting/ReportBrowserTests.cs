using System.Diagnostics;
using Spa.Engine.Reporting;

namespace Spa.Engine.Tests.Reporting;

/// <summary>The page in a real browser. Skipped aloud where no Chromium is installed.</summary>
public sealed class ReportBrowserTests
{
    [Test]
    public void Chromium_renders_the_full_report_without_a_console_message()
    {
        string browser = Find("chromium") ?? Find("chromium-browser") ?? Find("google-chrome") ?? "";
        if (browser.Length == 0) Assert.Ignore("no Chromium on PATH: the report was not opened in a real browser");
        using TemporaryFolder folder = new();
        string page = folder.File("report.html"), picture = folder.File("report.png");
        ReportWriter.Write(SyntheticReport.Full(), page);
        (string dom, string log) = Run(browser, folder.File("profile-dom"), ["--dump-dom", new Uri(page).AbsoluteUri]);
        Assert.That(dom, Does.Contain("</footer>"), log);
        Assert.That(dom, Does.Not.Contain("<script"));
        Assert.That(log, Does.Not.Contain("CONSOLE"));
        (_, log) = Run(browser, folder.File("profile-picture"),
            ["--window-size=390,2000", $"--screenshot={picture}", new Uri(page).AbsoluteUri]);
        Assert.That(log, Does.Not.Contain("CONSOLE"));
        Assert.That(new FileInfo(picture).Length, Is.GreaterThan(20_000), "an empty page compresses to less");
    }

    [Test]
    public void On_a_phone_nothing_is_wider_than_the_screen_in_light_and_in_dark([Values] bool dark)
    {
        string browser = Find("chromium") ?? Find("chromium-browser") ?? Find("google-chrome") ?? "";
        if (browser.Length == 0) Assert.Ignore("no Chromium on PATH: the report was not opened in a real browser");
        using TemporaryFolder folder = new();
        string page = folder.File("report.html"), framed = folder.File("phone.html");
        // The page forbids scripts, so the measuring is done from outside: a frame as wide as a phone. A copy without the policy may be looked into.
        string open = System.Text.RegularExpressions.Regex.Replace(ReportWriter.Render(SyntheticReport.Full()), "<meta http-equiv=\"Content-Security-Policy\"[^>]*>", "");
        File.WriteAllText(page, open.Replace("</body>", """
            <script>
            const wide = [...document.querySelectorAll('body *')].filter(e => !e.closest('.scroll, pre') && e.getBoundingClientRect().right > document.documentElement.clientWidth + 0.5).map(e => e.tagName + '.' + e.className);
            parent.postMessage(`${innerWidth} ${document.documentElement.scrollWidth - document.documentElement.clientWidth} ${matchMedia('(prefers-color-scheme: dark)').matches} ${getComputedStyle(document.body).backgroundColor} ${wide.slice(0, 5)}`, '*');
            </script></body>
            """));
        File.WriteAllText(framed, $"""
            <!DOCTYPE html><html><body><iframe src="report.html" style="width:390px;height:900px;border:0"></iframe>
            <script>addEventListener('message', e => document.title = 'measured ' + e.data);</script></body></html>
            """);
        (string dom, string log) = Run(browser, folder.File("profile"),
            ["--window-size=800,1000", $"--blink-settings=preferredColorScheme={(dark ? 0 : 1)}", "--virtual-time-budget=5000", "--dump-dom", new Uri(framed).AbsoluteUri]);
        Assert.That(log, Does.Not.Contain("CONSOLE"));
        Assert.That(dom, Does.Match($"<title>measured 390 0 {(dark ? "true" : "false")} rgb\\([^)]*\\) </title>"), dom[..Math.Min(600, dom.Length)]);
    }

    private static string? Find(string name) => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists);

    private static (string Output, string Log) Run(string browser, string profile, string[] arguments)
    {
        ProcessStartInfo start = new(browser) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (string argument in (string[])["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update", "--disable-sync", "--enable-logging=stderr", "--v=0", $"--user-data-dir={profile}",
                .. arguments]) start.ArgumentList.Add(argument);
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync(), log = process.StandardError.ReadToEndAsync();
        // A hang is a failure, not a slow test: a render takes about two seconds.
        if (!process.WaitForExit(TimeSpan.FromMinutes(2)))
        {
            process.Kill(entireProcessTree: true);
            Assert.Fail("the browser did not end within two minutes");
        }
        return (output.Result, log.Result);
    }
}
