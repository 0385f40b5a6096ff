using Spa.Engine.Formats;
using Spa.Engine.Reporting.Html;

namespace Spa.Engine.Reporting;

/// <summary>
/// Writes <c>report.html</c>: one file with drawings and styles inside, no script, nothing to load; equal reports give equal bytes.
/// </summary>
public static class ReportWriter
{
    /// <summary>Writes the page atomically.</summary>
    /// <exception cref="SpaException">The file cannot be written.</exception>
    public static void Write(RunReport report, string path) => AtomicFile.WriteAllText(path, Render(report));

    /// <summary>The page as text.</summary>
    public static string Render(RunReport report) => ReportPage.Render(report);
}
