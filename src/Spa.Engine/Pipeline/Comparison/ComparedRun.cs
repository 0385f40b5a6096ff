using System.Text.Json.Nodes;
using Spa.Engine.Configuration;
using Spa.Engine.Pipeline.Audits;
using Spa.Engine.Pipeline.Controls;
using Spa.Engine.Reporting;

namespace Spa.Engine.Pipeline.Comparison;

/// <summary>A finished or interrupted run as a comparison sees it, from its folder alone.</summary>
internal sealed class ComparedRun
{
    private readonly ConfigurationDocument _config;

    /// <exception cref="SpaException">The folder is not a run of the loop.</exception>
    public ComparedRun(string path)
    {
        if (!File.Exists(Path.Combine(path, "run.json")) || !File.Exists(Path.Combine(path, "config.yaml")))
            throw new SpaException($"'{path}' is not a run folder: expected run.json and config.yaml; name the output_dir of spa run");
        Folder = new RunFolder(path);
        LastStage = RunReportBuilder.LastStage(Folder);
        _config = ConfigurationFile.Load(Folder.Config);
        if (LastStage < 0) throw new SpaException($"'{path}' has no stage of the loop yet: expected stage-0-seed or stage-1; spa status tells where it stands");
        Name = Path.GetFileName(Path.TrimEndingDirectorySeparator(Folder.Path));
        Seconds = new RunState(Folder.State, environment: null).Phases.Sum(phase => phase.Seconds);
    }

    public RunFolder Folder { get; }

    /// <summary>Last part of the path; the whole path where two runs would have the same.</summary>
    public string Name { get; set; }

    public int LastStage { get; }

    /// <summary>Time of its phases, without controls.</summary>
    public double Seconds { get; }

    /// <summary>Its stages: SFT, seed, iterations.</summary>
    public IEnumerable<int> Stages => Enumerable.Range(-1, LastStage + 2);

    /// <summary>Names of its controls.</summary>
    public IEnumerable<string> Controls => ControlReport.Read(Folder).Select(control => control.Title(control.Stages[^1]));

    /// <summary>Agreement of a stage with held-out labels.</summary>
    public Estimate Agreement(int stage) => RunReportBuilder.Agreement(Folder, stage);

    public IterationAudit? Audit(int stage) => stage < 1 ? null : AuditFile.Read(Folder, stage);

    /// <summary>A key of the effective configuration as it is written; null where it has none.</summary>
    public string? Setting(string key) => _config.TryGet(key, out JsonNode? value) ? value?.ToJsonString() ?? "null" : null;
}
