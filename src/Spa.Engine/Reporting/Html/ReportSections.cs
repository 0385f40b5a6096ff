using Spa.Engine.Reporting.Plots;

namespace Spa.Engine.Reporting.Html;

/// <summary>
/// The sections in the order of a reader's questions: did it work, how did it train, what was the data, what does it say now.
/// </summary>
internal static class ReportSections
{
    public static IEnumerable<ReportSection> All(RunReport report)
    {
        yield return new("stages", report.Stages?.Title ?? "Stages", report.Stages?.Note ?? "",
            report.Stages is { } stages ? Table(stages) : "");
        yield return new("answers", "Answers, before and after", "The same prompts, answered by the model at different points of the run.",
            SamplesHtml.Render(report.Samples));
        yield return new("agreement", "Agreement with held-out labels",
            "How often the implicit reward puts the labelled-better response first, by length of the pair's responses.", Agreement(report));
        yield return new("training", "Training",
            "Every update of every stage, stages side by side. Thin lines are single updates, thick lines a running average.",
            TrainingCharts.Render(report));
        yield return new("margins", "Noise detection",
            "The extrapolated margin beta*M of each iteration's pairs. Pairs below the threshold count as noisy; spa.flag says what becomes of them (the paper: their labels are smoothed).",
            IterationCharts.Margins(report));
        yield return new("judge", "The judge",
            "How often and how surely its preferences are right where an oracle knows, and what it is like as a judge.", IterationCharts.Judge(report));
        yield return new("responses", "Responses by iteration",
            "Growing length, fewer natural stops or a rising KL are the usual signs of a policy that drifts away from its SFT model.",
            IterationCharts.Responses(report));
        for (int i = 0; i < report.Tables.Count; i++)
            yield return new($"table-{i + 1}", report.Tables[i].Title, report.Tables[i].Note, Table(report.Tables[i]));
        yield return new("time", "Time", "", TimingsHtml.Render(report.Timings));
        yield return new("notes", "Remarks", "", Notes(report.Notes));
        yield return new("configuration", "Configuration", "", Configuration(report.Configuration));
        yield return new("environment", "Versions and device", "", Environment(report.Environment));
    }

    private static string Table(ReportTable table)
    {
        if (table.Rows.Count == 0) return "";
        List<Chart> charts = [];
        for (int i = 0; i < table.Columns.Count; i++)
        {
            ReportColumn column = table.Columns[i];
            int index = i;
            if (!column.Plot) continue;
            charts.Add(new BarChart
            {
                Title = column.Name,
                Style = column.Style,
                Groups = [.. table.Rows.Select(row => row.Name)],
                Series = [new("", [.. table.Rows.Select(row => index < row.Cells.Count ? row.Cells[index] : Estimate.None)])],
                Faded = [.. table.Rows.Select(row => row.IsControl)],
                Reference = column.Reference,
                ReferenceLabel = column.ReferenceLabel,
            });
        }
        return TableHtml.Render(table) + FigureHtml.Grid(charts);
    }

    private static string Agreement(RunReport report)
    {
        string[] stages = [.. report.RewardAccuracies.Select(accuracy => accuracy.Stage).Distinct()];
        string[] buckets = [.. report.RewardAccuracies.Select(accuracy => accuracy.Bucket).Distinct()];
        if (stages.Length == 0) return "";
        RewardAccuracy? Find(string stage, string bucket) =>
            report.RewardAccuracies.FirstOrDefault(found => found.Stage == stage && found.Bucket == bucket);
        BarChart chart = new()
        {
            Title = "Reward accuracy",
            Note = "whiskers: 95% intervals",
            Style = NumberStyle.Percent,
            Groups = buckets,
            Series = [.. stages.Select(stage => new BarSeries(report.NameOf(stage),
                [.. buckets.Select(bucket => Find(stage, bucket)?.Accuracy ?? Estimate.None)]))],
            Reference = 0.5,
            ReferenceLabel = "chance",
        };
        ReportTable table = new("", [.. stages.Select(stage => new ReportColumn(report.NameOf(stage), NumberStyle.Percent)),
            new("Pairs", NumberStyle.Count)],
            [.. buckets.Select(bucket => new ReportRow(bucket,
            [
                .. stages.Select(stage => Find(stage, bucket)?.Accuracy ?? Estimate.None),
                new(stages.Max(stage => Find(stage, bucket)?.Pairs ?? 0)),
            ]))]);
        return FigureHtml.Grid([chart]) + TableHtml.Render(table);
    }

    private static string Notes(IReadOnlyList<string> notes)
    {
        if (notes.Count == 0) return "";
        HtmlWriter html = new();
        html.Raw("<ul class=\"notes\">\n");
        foreach (string note in notes) html.Element("li", note).Raw("\n");
        return html.Raw("</ul>\n").ToString();
    }

    private static string Configuration(string yaml) => yaml.Length == 0
        ? ""
        : new HtmlWriter().Raw("<details><summary>The effective configuration</summary><pre>").Text(yaml)
            .Raw("</pre></details>\n").ToString();

    private static string Environment(IReadOnlyList<KeyValuePair<string, string>> facts)
    {
        if (facts.Count == 0) return "";
        HtmlWriter html = new();
        html.Raw("<dl class=\"facts\">\n");
        foreach ((string name, string value) in facts) html.Element("dt", name).Element("dd", value).Raw("\n");
        return html.Raw("</dl>\n").ToString();
    }
}
