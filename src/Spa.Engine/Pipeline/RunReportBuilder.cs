using System.Text.Json.Nodes;
using Spa.Engine.Evaluation;
using Spa.Engine.Pipeline.Audits;
using Spa.Engine.Pipeline.Controls;
using Spa.Engine.Reporting;

namespace Spa.Engine.Pipeline;

/// <summary>report.html from what is in a run folder; nothing is computed anew, so it can be made again at any time.</summary>
public static class RunReportBuilder
{
    private const double LargeDifference = 1e-3, ManyCut = 0.5;

    /// <summary>Writes the report of a run folder.</summary>
    public static void Write(RunFolder folder) => ReportWriter.Write(Build(folder), folder.Report);

    /// <summary>Collects the data.</summary>
    public static RunReport Build(RunFolder folder)
    {
        if (!File.Exists(folder.State)) throw new SpaException($"'{folder.Path}' is not a run folder: it has no run.json; name the output_dir of spa run");
        var state = new RunState(folder.State, environment: null);
        int last = LastStage(folder);
        JsonObject?[] evaluations = [.. Enumerable.Range(-1, last + 2).Select(stage => ReadJson(folder.Evaluation(stage)))];
        IterationAudit[] audits = [.. Enumerable.Range(1, Math.Max(0, last)).Select(stage => AuditFile.Read(folder, stage)).OfType<IterationAudit>()];
        RewardAccuracy[] accuracies = [.. evaluations.OfType<JsonObject>().SelectMany(Accuracies)];
        var gold = GoldReport.Read(folder);
        IReadOnlyList<ControlReport> controls = ControlReport.Read(folder);
        (string Sentence, bool IsWarning)[] compared = [.. controls.Select(control => control.Compare(folder, last)).OfType<(string, bool)>()];
        ReportTable stages = StageTable(folder, last, controls);
        return new RunReport
        {
            Title = Path.GetFileName(Path.TrimEndingDirectorySeparator(folder.Path)),
            Subtitle = "Spread Preference Annotation: " + (last <= 0 ? "seed stage" : $"{last} iteration{(last == 1 ? "" : "s")}"),
            Finished = state.Phases.Select(p => (DateTimeOffset?)p.Finished).Max(),
            Summary = [.. gold?.Summary ?? [], .. Summary(accuracies, audits)],
            Warnings = [.. compared.Where(c => c.IsWarning).Select(c => c.Sentence), .. Warnings(audits)],
            StageNames = [.. Enumerable.Range(-1, last + 2).Select(s => new ReportStage(StageId(s), SpaRun.StageTitle(s)))],
            Stages = gold?.Table() ?? stages,
            Metrics = File.Exists(folder.Metrics) ? MetricsLog.Read(folder.Metrics) : [],
            Iterations = audits,
            RewardAccuracies = accuracies,
            Tables = gold is null ? [] : [stages],
            Notes = [.. gold?.Findings ?? [], .. compared.Where(c => !c.IsWarning).Select(c => c.Sentence)],
            Samples = gold?.Samples ?? Samples(evaluations),
            Timings = [.. state.Phases.Select(p => new PhaseTiming(p.Name, p.Seconds, p.Tokens))],
            Configuration = File.Exists(folder.Config) ? File.ReadAllText(folder.Config) : "",
            Environment = [.. state.Environment.Select(e => KeyValuePair.Create(e.Key, e.Value?.ToString() ?? ""))],
        };
    }

    private static string StageId(int stage) => stage < 0 ? "sft" : RunFolder.StageName(stage);

    internal static int LastStage(RunFolder folder)
    {
        int last = File.Exists(folder.Evaluation(0)) ? 0 : -1;
        for (int stage = 1; Directory.Exists(folder.Stage(stage)); stage++) last = stage;
        return last;
    }

    internal static JsonObject? ReadJson(string path) => File.Exists(path) ? JsonNode.Parse(File.ReadAllText(path))!.AsObject() : null;

    private static IEnumerable<RewardAccuracy> Accuracies(JsonObject evaluation)
    {
        int stage = evaluation["stage"]!.GetValue<int>();
        return evaluation["accuracy"]!.AsArray()
            .Select(a => new RewardAccuracy(StageId(stage), a!["bucket"]!.GetValue<string>(), ToEstimate(a), a["pairs"]!.GetValue<long>()));
    }

    private static List<SummaryFigure> Summary(RewardAccuracy[] accuracies, IterationAudit[] audits)
    {
        var figures = new List<SummaryFigure>();
        if (accuracies.LastOrDefault(a => a.Bucket == PreferenceAccuracy.All) is { } final)
            figures.Add(new SummaryFigure("Agreement with held-out labels", final.Accuracy, NumberStyle.Percent, $"{final.Pairs} pairs, last stage"));
        if (audits.Length == 0) return figures;
        figures.Add(new SummaryFigure("Pairs made by the model", new Estimate(audits.Sum(a => a.Pairs.Value)), NumberStyle.Count));
        figures.Add(new SummaryFigure("Response length", audits[^1].ResponseLength, NumberStyle.Number, $"tokens; first iteration {audits[0].ResponseLength.Value:F1}"));
        figures.Add(new SummaryFigure("Sampler against scorer", new Estimate(audits.Max(a => a.SamplerScorerDifference.Value)), NumberStyle.Number,
            "largest difference, nats per token"));
        return figures;
    }

    private static IEnumerable<string> Warnings(IterationAudit[] audits)
    {
        foreach (IterationAudit a in audits)
        {
            if (a.SamplerScorerDifference.Value > LargeDifference)
                yield return $"{a.Stage}: log-probs as sampled and as scored differ by up to {a.SamplerScorerDifference.Value:G3} nats per token; rewards carry "
                    + "that error";
            if (a.Cut.Value > ManyCut)
                yield return $"{a.Stage}: {a.Cut.Value:P0} of the responses were cut at the token limit; raise max_new_tokens";
        }
    }

    internal static ReportTable StageTable(RunFolder folder, int last, IReadOnlyList<ControlReport> controls)
    {
        ReportRow[] rows =
        [
            .. Enumerable.Range(-1, last + 2).Select(stage => StageRow(folder, stage, SpaRun.StageTitle(stage))),
            .. controls.SelectMany(control => control.Stages.Select(stage => StageRow(control.Folder, stage, control.Title(stage)) with { IsControl = true })),
        ];
        ReportColumn[] columns =
        [
            new("Agreement", NumberStyle.Percent, Plot: rows.Any(row => row.Cells[0].IsMeasured), Reference: 0.5, ReferenceLabel: "chance"),
            new("Pairs", NumberStyle.Count), new("Flagged", NumberStyle.Percent), new("Tokens per response"), new("KL to SFT"),
        ];
        return new ReportTable("Stages", columns, rows,
            "Agreement: how often the implicit reward orders held-out pairs as people did, with 95 % Wilson intervals; for SFT, whose implicit reward is zero, the plain "
                + "log-likelihood. Pairs, lengths and KL are those of the responses that a stage was trained on, which the stage before sampled.");
    }

    /// <summary>How often a stage's implicit reward orders held-out pairs as their labels do.</summary>
    internal static Estimate Agreement(RunFolder folder, int stage) => ReadJson(folder.Evaluation(stage)) is { } evaluation
        && Accuracies(evaluation).FirstOrDefault(a => a.Bucket == PreferenceAccuracy.All) is { } all ? all.Accuracy : Estimate.None;

    private static ReportRow StageRow(RunFolder folder, int stage, string title)
    {
        IterationAudit? audit = stage < 1 ? null : AuditFile.Read(folder, stage);
        return new ReportRow(title,
        [
            Agreement(folder, stage), audit?.Pairs ?? Estimate.None, audit?.Flagged ?? Estimate.None, audit?.ResponseLength ?? Estimate.None,
            audit?.KlToSft ?? Estimate.None,
        ]);
    }

    // The same prompts, answered by every stage.
    private static List<SamplePrompt> Samples(JsonObject?[] evaluations)
    {
        JsonObject[] present = [.. evaluations.OfType<JsonObject>()];
        int prompts = present.Length == 0 ? 0 : present.Min(e => e["answers"]!.AsArray().Count);
        return [.. Enumerable.Range(0, prompts).Select(i => PromptJson.ToSample(present[0]["answers"]![i]!["prompt"]!,
            [.. present.Select(e =>
                new SampleAnswer(e["name"]!.GetValue<string>(), e["answers"]![i]!["text"]!.GetValue<string>(), "", e["answers"]![i]!["cut"]!.GetValue<bool>()))]))];
    }

    internal static Estimate ToEstimate(JsonNode? node) => node is null ? Estimate.None
        : new Estimate(node["value"]!.GetValue<double>(), node["low"]?.GetValue<double>() ?? double.NaN, node["high"]?.GetValue<double>() ?? double.NaN);
}
