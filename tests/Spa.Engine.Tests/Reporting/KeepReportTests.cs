using Spa.Engine.Reporting;
namespace Spa.Engine.Tests.Reporting;
public sealed class KeepReportTests
{
    [Test]
    public void Keep()
    {
        ReportWriter.Write(SyntheticReport.Full(), "/tmp/rep/report.html");
        File.WriteAllText("/tmp/rep/loss.svg", new Spa.Engine.Reporting.Plots.LineChart { Title = "Rewards", Note = "beta times the log-ratio", XLabel = "update", Series = [
            new("chosen", [.. Enumerable.Range(0, 50).Select(i => new Spa.Engine.Reporting.Plots.PlotPoint(i, Math.Sin(i / 8.0)))]),
            new("rejected", [.. Enumerable.Range(0, 50).Select(i => new Spa.Engine.Reporting.Plots.PlotPoint(i, Math.Cos(i / 8.0)))])] }.ToSvg());
    }
}
