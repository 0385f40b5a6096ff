using System.Globalization;
using Spa.Engine.Configuration;
using Spa.Engine.Pipeline.Audits;
using Spa.Engine.Preference;
using Spa.Engine.Reporting;

namespace Spa.Engine.Pipeline;

/// <summary>README.md of a stage's model in a run folder: what it was trained on, what the audit found, how it does on held-out pairs.</summary>
internal static class StageCard
{
    /// <summary>Writes the card from what is in the folder; one that is as it should be is left alone.</summary>
    public static void Write(RunConfig config, RunFolder folder, int stage, RunState state)
    {
        IterationAudit? audit = stage == 0 ? null : AuditFile.Read(folder, stage);
        ReportTable results = RunReportBuilder.StageTable(folder, stage, []);
        ModelCardWriter.Write(new ModelCard
        {
            Name = $"{Path.GetFileName(Path.TrimEndingDirectorySeparator(folder.Path))}, {SpaRun.StageTitle(stage)}",
            BaseModel = config.Training.ModelNameOrPath!,
            Method = stage == 0 ? ModelCardMethod.Dpo : ModelCardMethod.Spa,
            Training = [.. Settings(config, stage, state), .. audit is null ? [] : Figures(audit)],
            Results = results.Rows.Any(row => row.Cells[0].IsMeasured) ? results : null,
            EngineVersion = state.Environment["spa"]?.ToString() ?? "",
        }, Path.Combine(folder.Model(stage), "README.md"));
    }

    private static IEnumerable<KeyValuePair<string, string>> Settings(RunConfig config, int stage, RunState state)
    {
        static string Number(double value) => value.ToString("R", CultureInfo.InvariantCulture);
        yield return new("Updates of this stage", state.Find($"{RunFolder.StageName(stage)}/train")!.Summary["updates"]!.ToString());
        yield return new("Beta", Number(config.Training.Beta));
        if (config.Spa.SeedDataset is { } seed) yield return new("Seed pairs", Path.GetFileName(seed));
        yield return new("Seed", config.Training.Seed.ToString(CultureInfo.InvariantCulture));
        if (stage == 0) yield break;
        RefinementSettings refinement = TrainingSetup.Refinement(config.Spa, stage);
        yield return new("Judge", config.Spa.Judge);
        yield return new("Alpha, K, lambda", $"{Number(refinement.LabelSmoothing)}, {Number(refinement.NoiseQuantile)}, {Number(refinement.Extrapolation)}");
        yield return new("Flagged pairs", config.Spa.Flag);
    }

    private static IEnumerable<KeyValuePair<string, string>> Figures(IterationAudit audit) =>
        AuditFigure.OfResponses.Concat(AuditFigure.OfFlags).Concat(AuditFigure.OfJudge).Select(figure => (figure, Value: figure.Value(audit))).Where(f => f.Value.IsMeasured)
            .Select(f => KeyValuePair.Create(f.figure.Name,
                NumberText.Format(f.Value, f.figure.Style) + (f.Value.HasInterval ? $" ({NumberText.Range(f.Value, f.figure.Style)})" : "")));
}
