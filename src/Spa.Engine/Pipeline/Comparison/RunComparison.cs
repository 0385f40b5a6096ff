using System.Globalization;
using System.Text.Json.Nodes;
using Spa.Engine.Configuration;
using Spa.Engine.Reporting;

namespace Spa.Engine.Pipeline.Comparison;

/// <summary><c>spa run --compare</c>: runs side by side, from their folders; nothing is computed anew.</summary>
public sealed class RunComparison
{
    // Paths and names differ between any two runs and explain nothing.
    private static readonly string[] s_ownToEachRun = ["output_dir", "spa.controls"];

    private readonly ComparedRun[] _runs;

    /// <param name="folders">Run folders, two or more.</param>
    /// <exception cref="SpaException">One is not a run of the loop.</exception>
    public RunComparison(IReadOnlyList<string> folders)
    {
        if (folders.Count < 2) throw new UsageException($"expected two or more run folders to compare, found {folders.Count}");
        _runs = [.. folders.Select(folder => new ComparedRun(folder))];
        foreach (IGrouping<string, ComparedRun> same in _runs.GroupBy(run => run.Name).Where(group => group.Count() > 1).ToList())
            foreach (ComparedRun run in same) run.Name = run.Folder.Path;
    }

    /// <summary>The rows of the last stage: name, style, and a value per run.</summary>
    private IEnumerable<(string Name, NumberStyle Style, Estimate[] Values)> Figures()
    {
        Estimate[] Last(Func<ComparedRun, Estimate> value) => [.. _runs.Select(value)];
        yield return ("Agreement with held-out labels", NumberStyle.Percent, Last(run => run.Agreement(run.LastStage)));
        foreach (AuditFigure figure in AuditFigure.OfResponses.Concat(AuditFigure.OfFlags).Concat(AuditFigure.OfJudge))
            yield return (figure.Name, figure.Style, Last(run => run.Audit(run.LastStage) is { } audit ? figure.Value(audit) : Estimate.None));
        yield return ("Time of the phases", NumberStyle.Duration, Last(run => new Estimate(run.Seconds)));
    }

    /// <summary>Keys whose values differ, with the value of each run.</summary>
    private IEnumerable<(string Key, string[] Values)> Differences() => ConfigurationKeys.All.Select(key => key.Path).Except(s_ownToEachRun)
        .Select(key => (key, Values: _runs.Select(run => run.Setting(key) ?? "unset").ToArray())).Where(row => row.Values.Distinct().Count() > 1);

    /// <summary>For people, on a terminal.</summary>
    public IEnumerable<string> Lines()
    {
        List<string[]> rows = [["", .. _runs.Select(run => run.Name)], ["Last stage", .. _runs.Select(run => SpaRun.StageTitle(run.LastStage))]];
        foreach ((string name, NumberStyle style, Estimate[] values) in Figures().Where(row => row.Values.Any(value => value.IsMeasured)))
            rows.Add([name, .. values.Select(value => NumberText.Format(value, style) + (value.HasInterval ? $" [{NumberText.Range(value, style)}]" : ""))]);
        int split = rows.Count;
        foreach ((string key, string[] values) in Differences()) rows.Add([key, .. values]);
        int[] widths = [.. Enumerable.Range(0, _runs.Length + 1).Select(column => rows.Max(row => row[column].Length))];
        for (int i = 0; i < rows.Count; i++)
        {
            if (i == split) yield return "";
            yield return string.Join("  ", rows[i].Select((cell, column) => cell.PadRight(widths[column]))).TrimEnd();
        }
    }

    /// <summary>For programs: every stage's figures, and the settings that differ.</summary>
    public JsonObject ToJson() => new()
    {
        ["runs"] = new JsonArray([.. _runs.Select(run => new JsonObject
        {
            ["name"] = run.Name,
            ["folder"] = run.Folder.Path,
            ["seconds"] = run.Seconds,
            ["stages"] = new JsonArray([.. run.Stages.Select(stage => StageJson(run, stage))]),
            ["controls"] = new JsonArray([.. run.Controls.Select(name => (JsonNode)name)]),
        })]),
        ["differences"] = new JsonObject(Differences().Select(row => KeyValuePair.Create(row.Key, (JsonNode?)new JsonArray([.. row.Values.Select(value => (JsonNode)value)])))),
    };

    /// <summary>The page, in the style of a run's report.</summary>
    public RunReport ToReport()
    {
        int last = _runs.Max(run => run.LastStage);
        (string Name, NumberStyle Style, Estimate[] Values)[] figures = [.. Figures()];
        ReportTable lastStages = new("Last stages", [.. figures.Select((figure, i) => new ReportColumn(figure.Name, figure.Style, Plot: i == 0, i == 0 ? 0.5 : double.NaN, i == 0 ? "chance" : ""))],
            [.. _runs.Select((run, i) => new ReportRow($"{run.Name}, {SpaRun.StageTitle(run.LastStage)}", [.. figures.Select(figure => figure.Values[i])]))],
            "Each run's last stage. Agreement: how often the implicit reward orders held-out pairs as people did; the other figures are of the data that the stage was trained on.");
        ReportTable byStage = new("Agreement by stage", [.. _runs.Select(run => new ReportColumn(run.Name, NumberStyle.Percent))],
            [.. Enumerable.Range(-1, last + 2).Select(stage => new ReportRow(SpaRun.StageTitle(stage), [.. _runs.Select(run => run.Agreement(stage))]))]);
        return new RunReport
        {
            Kind = "Spa comparison of runs",
            Title = string.Join(" against ", _runs.Select(run => run.Name)),
            Subtitle = string.Create(CultureInfo.InvariantCulture, $"{_runs.Length} runs, side by side"),
            Stages = lastStages,
            Tables = [byStage],
            Notes = [.. Differences().Select(row => $"{row.Key}: {string.Join("; ", row.Values.Zip(_runs, (value, run) => $"{value} in {run.Name}"))}")],
        };
    }

    private static JsonObject StageJson(ComparedRun run, int stage)
    {
        var json = new JsonObject { ["stage"] = stage, ["name"] = SpaRun.StageTitle(stage) };
        if (run.Agreement(stage) is { IsMeasured: true } agreement) json["agreement"] = Json(agreement);
        if (run.Audit(stage) is not { } audit) return json;
        foreach (AuditFigure figure in AuditFigure.OfResponses.Concat(AuditFigure.OfFlags).Concat(AuditFigure.OfJudge))
            if (figure.Value(audit) is { IsMeasured: true } value) json[figure.Name] = Json(value);
        return json;
    }

    private static JsonObject Json(Estimate value)
    {
        var json = new JsonObject { ["value"] = value.Value };
        if (value.HasInterval) (json["low"], json["high"]) = (value.Low, value.High);
        return json;
    }
}
