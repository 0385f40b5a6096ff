using Spa.Engine.Configuration;

namespace Spa.Engine.Pipeline;

/// <summary>Where a run stands, told from its folder alone.</summary>
/// <param name="Folder">Full path.</param>
/// <param name="Done">Finished phases in the order in which they were done.</param>
/// <param name="Next">The phase that comes next or was interrupted; null once all are done.</param>
/// <param name="NextDone">How far it came, in words; empty if it was not begun.</param>
public sealed record RunStatus(string Folder, IReadOnlyList<PhaseRecord> Done, string? Next, string NextDone)
{
    public bool IsComplete => Next is null;

    /// <summary>Reads run.json, the configuration and what lies in the stages' folders; changes nothing.</summary>
    /// <exception cref="SpaException">A file is missing or damaged.</exception>
    public static RunStatus Read(RunFolder folder)
    {
        PhaseRecord[] done = [.. new RunState(folder.State, []).Phases];
        string? next = Phases(folder, done).FirstOrDefault(name => done.All(phase => phase.Name != name));
        return new RunStatus(folder.Path, done, next, next is null ? "" : Progress(folder, next));
    }

    // The order of SpaRun, or the one phase of SingleStage: a loop has prompts, a single stage has its rows.
    private static IEnumerable<string> Phases(RunFolder folder, PhaseRecord[] done)
    {
        ConfigurationDocument document = ConfigurationFile.Load(folder.Config);
        if (document.Root["spa"]?["prompts"] is null) return done.Length > 0 ? [] : ["train"];
        return LoopPhases(RunConfig.Bind(document, ConfigurationStage.Run, out _).Spa);
    }

    private static IEnumerable<string> LoopPhases(SpaConfig spa)
    {
        yield return "sft/evaluate";
        for (int stage = spa.SeedDataset is null ? 1 : 0; stage <= spa.Iterations; stage++)
        {
            string name = RunFolder.StageName(stage);
            if (stage > 0) yield return $"{name}/sample";
            if (stage > 0) yield return $"{name}/judge";
            yield return $"{name}/train";
            yield return $"{name}/evaluate";
        }
    }

    private static string Progress(RunFolder folder, string phase)
    {
        string stage = System.IO.Path.Combine(folder.Path, phase == "train" ? "" : phase.Split('/')[0]);
        if (!Directory.Exists(stage)) return "";
        string? rows = Directory.EnumerateFiles(stage, "*.jsonl.partial-*").FirstOrDefault();
        if (rows is not null) return $"{File.ReadLines(rows).LongCount()} rows done";
        string checkpoints = System.IO.Path.Combine(stage, "checkpoints");
        int[] steps = Directory.Exists(checkpoints)
            ? [.. Directory.EnumerateDirectories(checkpoints, "step-*").Select(d => int.TryParse(System.IO.Path.GetFileName(d)[5..], out int step) ? step : 0)] : [];
        return steps.Length > 0 ? $"checkpoint at update {steps.Max()}" : "";
    }
}
