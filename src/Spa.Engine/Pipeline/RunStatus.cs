using Spa.Engine.Configuration;
using Spa.Engine.Pipeline.Controls;

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
        PhaseRecord[] own = [.. new RunState(folder.State, []).Phases];
        PhaseRecord[] done = [.. own, .. LoopControl.All.SelectMany(control => DoneBy(folder, control))];
        string? next = Phases(folder, own).FirstOrDefault(name => done.All(phase => phase.Name != name));
        return new RunStatus(folder.Path, done, next, next is null ? "" : Progress(folder, next));
    }

    /// <summary>Names of the phases of an iteration, in their order.</summary>
    internal static IEnumerable<string> IterationPhases(int iteration)
    {
        string name = RunFolder.StageName(iteration);
        return [$"{name}/sample", $"{name}/judge", $"{name}/train", $"{name}/audit", $"{name}/evaluate"];
    }

    private static IEnumerable<PhaseRecord> DoneBy(RunFolder folder, LoopControl control)
    {
        string state = System.IO.Path.Combine(folder.Path, control.FolderName, System.IO.Path.GetFileName(folder.State));
        return File.Exists(state) ? new RunState(state, []).Phases.Select(phase => phase with { Name = $"{control.FolderName}/{phase.Name}" }) : [];
    }

    // The order of SpaRun, or the one phase of SingleStage: a loop has prompts, a single stage has its rows.
    private static IEnumerable<string> Phases(RunFolder folder, PhaseRecord[] done)
    {
        ConfigurationDocument document = ConfigurationFile.Load(folder.Config);
        if (document.Root["spa"]?["prompts"] is null) return done.Length > 0 ? [] : ["train"];
        return LoopPhases(RunConfig.Bind(document, ConfigurationStage.Run, out _).Spa);
    }

    private static IEnumerable<string> LoopPhases(SpaConfig spa) =>
    [
        "sft/evaluate",
        .. spa.SeedDataset is null ? (string[])[] : [$"{RunFolder.StageName(0)}/train", $"{RunFolder.StageName(0)}/evaluate"],
        .. Enumerable.Range(1, spa.Iterations).SelectMany(IterationPhases),
        .. LoopControl.Of(spa).SelectMany(control => control.Phases(spa).Select(phase => $"{control.FolderName}/{phase}")),
    ];

    private static string Progress(RunFolder folder, string phase)
    {
        string stage = System.IO.Path.Combine(folder.Path, phase == "train" ? "" : phase[..phase.LastIndexOf('/')]);
        if (!Directory.Exists(stage)) return "";
        string? rows = Directory.EnumerateFiles(stage, "*.jsonl.partial-*").FirstOrDefault();
        if (rows is not null) return $"{File.ReadLines(rows).LongCount()} rows done";
        string checkpoints = System.IO.Path.Combine(stage, "checkpoints");
        int[] steps = Directory.Exists(checkpoints)
            ? [.. Directory.EnumerateDirectories(checkpoints, "step-*").Select(d => int.TryParse(System.IO.Path.GetFileName(d)[5..], out int step) ? step : 0)] : [];
        return steps.Length > 0 ? $"checkpoint at update {steps.Max()}" : "";
    }
}
