using System.CommandLine;
using System.Text.Json.Nodes;
using Spa.Cli.Diagnosis;
using Spa.Cli.Options;
using Spa.Engine.Compute;
using Spa.Engine.Compute.Cpu;
using Spa.Engine.Pipeline.Studies;

namespace Spa.Cli.Commands;

/// <summary><c>spa study</c>: arms by seeds, with verdicts.</summary>
internal sealed class StudyCommand : CliCommand
{
    private readonly Argument<string> _file = new("FILE") { Description = "The study: YAML, as recipes/study has them." };
    private readonly Option<string?> _out = Opt.Text("--out", "DIR", "Run folders, results.json, study.md and plots; default runs/ and the file's name.");
    private readonly Option<string[]> _set = Opt.Texts("--set", "KEY=VALUE", "Override a key of all arms, as for spa run; may be given several times.");
    private readonly Option<int?> _jobs = Opt.Whole("--jobs", "N", "Arms at once; default: on the CPU one per processor with one thread each, else 1.", min: 1, max: 256);
    private readonly Option<string?> _docs = Opt.Text("--docs", "FILE", "Also write the results between the marks of a document, as docs/study.md has them.");
    private readonly Option<bool> _keep = Opt.Flag("--keep-models", "Keep the models of all arms; without it their figures, samples and pairs stay.");

    public StudyCommand() : base("study", "Runs arms of the loop over several seeds and judges claims by a stated rule.")
    {
        Arguments.Add(_file);
        foreach (Option option in new Option[] { _out, _set, _jobs, _docs, _keep }) Options.Add(option);
    }

    public override string Synopsis => "FILE [--out DIR] [options]";

    public override string Details => "A study names experiments (arms, seeds, data) and claims. Every arm is a run folder; one that is done is passed over and one that was interrupted goes on, so the "
        + "same command finishes a study and then does nothing. What arms have in common is done once. docs/study.md has the rule of the verdicts.";

    public override IReadOnlyList<string> Examples => ["spa study recipes/study/all.yaml", "spa study recipes/study/smoke.yaml --out runs/smoke --jobs 2"];

    public override int Run(CommandContext context)
    {
        string file = context.Get(_file)!;
        Study study = Study.Load(file);
        string[] overrides = context.Get(_set) ?? [];
        if (study.Base is null && overrides.Length > 0)
            throw new Engine.UsageException($"--set is for studies of a base configuration; {file} has the demo's task, whose settings stand in the file under 'set'");
        bool onCpu;
        JsonObject environment;
        using (ComputeBackend probe = context.CreateBackend()) (onCpu, environment) = (probe is CpuBackend, RunEnvironment.Of(probe, context.Threads));
        int jobs = context.Get(_jobs) ?? (onCpu ? Environment.ProcessorCount : 1), threads = context.Threads > 0 ? context.Threads : Math.Max(1, Environment.ProcessorCount / jobs);
        StudyOptions options = new()
        {
            OutputFolder = Path.GetFullPath(context.Get(_out) ?? Path.Combine("runs", Path.GetFileNameWithoutExtension(file))),
            Jobs = jobs,
            Backend = onCpu ? () => new CpuBackend(new CpuOptions { Threads = threads }) : context.CreateBackend,
            MatrixType = context.MatrixType,
            Overrides = overrides,
            KeepModels = context.Get(_keep),
            Environment = environment,
        };
        StudyResults results = StudyRunner.Run(study, options, context.Log, context.Cancel);
        string report = StudyDocument.Write(results, options.OutputFolder);
        if (context.Get(_docs) is { } document) StudyDocument.Fill(results, document);
        if (context.Json) context.WriteLine(results.ToJson().ToJsonString());
        else
        {
            foreach (StudyClaim claim in study.Claims) context.WriteLine($"{VerdictRule.Text(results.Judge(claim))}: {claim.Text}");
            context.WriteLine($"report  {report}");
        }

        return ExitCodes.Done;
    }
}
