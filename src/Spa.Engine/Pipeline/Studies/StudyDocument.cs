using Spa.Engine.Formats;

namespace Spa.Engine.Pipeline.Studies;

/// <summary>Writes what a study found: a Markdown file with its plots beside it, or the part of a document between two marks.</summary>
public static class StudyDocument
{
    /// <summary>The lines between which a document's results stand.</summary>
    public const string Begin = "<!-- results of the study: begin -->", End = "<!-- results of the study: end -->";

    private const string Images = "images";

    /// <summary>Writes <c>study.md</c> and <c>images/</c> into a folder; returns the file.</summary>
    /// <exception cref="SpaException">A file cannot be written.</exception>
    public static string Write(StudyResults results, string folder)
    {
        string path = Path.Combine(folder, "study.md");
        WriteImages(results, folder);
        AtomicFile.WriteAllText(path, $"# {results.Study.Title}\n\n{new StudyMarkdown(results, Images).Render().TrimEnd()}\n");
        return path;
    }

    /// <summary>Writes the results between the marks of a document, and the plots to <c>images</c> beside it.</summary>
    /// <exception cref="SpaException">The document has no marks, or a file cannot be read or written.</exception>
    public static void Fill(StudyResults results, string path)
    {
        string text = JsonFiles.ReadText(path);
        int begin = text.IndexOf(Begin, StringComparison.Ordinal), end = text.IndexOf(End, StringComparison.Ordinal);
        if (begin < 0 || end < begin) throw new SpaException($"{path}: expected the lines '{Begin}' and '{End}', between which the results go; add them");
        WriteImages(results, Path.GetDirectoryName(Path.GetFullPath(path))!);
        AtomicFile.WriteAllText(path, $"{text[..begin]}{Begin}\n\n{new StudyMarkdown(results, Images).Render().TrimEnd()}\n\n{text[end..]}");
    }

    private static void WriteImages(StudyResults results, string folder)
    {
        foreach ((string name, Reporting.Plots.Chart chart) in results.Study.Experiments.SelectMany(e => StudyCharts.Of(results, e)))
            AtomicFile.WriteAllText(Path.Combine(folder, Images, name), chart.ToSvg());
    }
}
