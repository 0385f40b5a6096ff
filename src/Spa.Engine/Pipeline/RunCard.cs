using System.Globalization;
using Spa.Engine.Configuration;
using Spa.Engine.Pipeline.Audits;
using Spa.Engine.Reporting;

namespace Spa.Engine.Pipeline;

/// <summary>README.md of every model that a run or its control made: data, settings, what the audit found, and the figures of the report up to that stage.</summary>
internal static class RunCard
{
    /// <param name="config">Of the run, or of its control.</param>
    /// <param name="folder">Its folder.</param>
    /// <param name="sft">The model that it started from.</param>
    /// <param name="report">Of the run.</param>
    /// <param name="title">What people call the model behind a stage.</param>
    public static void Write(RunConfig config, RunFolder folder, ModelBundle sft, RunReport report, Func<int, string> title)
    {
        BaseCard card = BaseCard.Of(sft);
        for (int stage = 0; stage <= config.Spa.Iterations; stage++)
        {
            if (!Directory.Exists(folder.Model(stage))) continue;
            ModelCardWriter.Write(new ModelCard
            {
                Name = $"{report.Title}, {title(stage)}",
                BaseModel = card.Name,
                License = card.License,
                LicenseName = card.LicenseName,
                LicenseLink = card.LicenseLink,
                Languages = card.Languages,
                Method = stage == 0 ? ModelCardMethod.Dpo : ModelCardMethod.Loop(config.Spa.Judge, config.Spa.SeedDataset is not null),
                IsAdapter = sft.IsAdapter || config.Training.UsePeft,
                Training = [.. Facts(config, stage), .. Figures(stage == 0 ? null : AuditFile.Read(folder, stage))],
                Results = report.Stages is { } stages ? UpTo(stages, stage) : null,
                EngineVersion = report.Environment.FirstOrDefault(e => e.Key == "spa").Value ?? "",
            }, Path.Combine(folder.Model(stage), "README.md"));
        }
    }

    private static IEnumerable<KeyValuePair<string, string>> Facts(RunConfig config, int stage)
    {
        string Number(double value) => value.ToString("R", CultureInfo.InvariantCulture);
        if (config.Spa.SeedDataset is { } seed) yield return new("Seed pairs", Path.GetFileName(seed));
        if (stage > 0)
        {
            if (config.Spa.Prompts is { Count: > 0 } prompts) yield return new("Prompts", string.Join(", ", prompts.Select(Path.GetFileName).Distinct()));
            yield return new("Iterations", $"{stage} of {config.Spa.Iterations}");
            yield return new("Judge", config.Spa.Judge);
        }
        yield return new("Beta", Number(config.Training.Beta));
        yield return new("Learning rate", Number(stage == 0 ? config.Spa.SeedLearningRate ?? config.Training.LearningRate : config.Training.LearningRate));
        yield return new("Seed", config.Training.Seed.ToString(CultureInfo.InvariantCulture));
    }

    // What the audit found in the data that the stage was trained on.
    private static IEnumerable<KeyValuePair<string, string>> Figures(IterationAudit? audit) => audit is null ? []
        : AuditFigure.OfResponses.Concat(AuditFigure.OfFlags).Concat(AuditFigure.OfJudge).Select(figure => (figure, Value: figure.Value(audit))).Where(f => f.Value.IsMeasured)
            .Select(f => KeyValuePair.Create(f.figure.Name,
                NumberText.Format(f.Value, f.figure.Style) + (f.Value.HasInterval ? $" ({NumberText.Range(f.Value, f.figure.Style)})" : "")));

    // Later stages are other models; controls belong to all.
    private static ReportTable UpTo(ReportTable table, int stage)
    {
        HashSet<string> later = [.. Enumerable.Range(stage + 1, 1000).Select(SpaRun.StageTitle)];
        return table with { Rows = [.. table.Rows.Where(row => !later.Contains(row.Name))] };
    }
}
