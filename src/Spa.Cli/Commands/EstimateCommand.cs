using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Spa.Cli.Diagnosis;
using Spa.Cli.Options;
using Spa.Cli.Terminal;
using Spa.Engine;
using Spa.Engine.Compute;
using Spa.Engine.Configuration;
using Spa.Engine.Pipeline;
using Spa.Engine.Pipeline.Estimates;
using Spa.Engine.Pipeline.Studies;
using Spa.Interop;

namespace Spa.Cli.Commands;

/// <summary><c>spa estimate</c>: memory, disk and time before a run starts.</summary>
internal sealed class EstimateCommand : CliCommand
{
    private readonly ConfigOptions _options = new();
    private readonly Option<string?> _for = Opt.Choice("--for", "The command that the configuration is for; default: run where it has spa.prompts, else dpo, or sft for an SFT loss.", "run",
        "dpo", "sft", "reward", "rloo");
    private readonly Option<int?> _rows = Opt.Whole("--rows", "N", "Rows of a file that is not there, where the configuration does not say; default 2000.", min: 1);
    private readonly Option<int?> _prompt = Opt.Whole("--prompt-tokens", "N", "Tokens of a prompt in files that are not there; default 200.", min: 1, max: 1_000_000);
    private readonly Option<int?> _response = Opt.Whole("--response-tokens", "N", "Tokens of a response in files that are not there; default 300.", min: 1, max: 1_000_000);

    public EstimateCommand() : base("estimate", "Estimates memory, disk and time of a run before it starts.")
    {
        foreach (Option option in (Option[])[.. _options.All, _for, _rows, _prompt, _response]) Options.Add(option);
    }

    public override string Synopsis => "--config FILE [--set KEY=VALUE]... [--device NAME] [--for run|dpo|sft|reward|rloo] [options]";

    public override string Details => "Reads and tokenises the rows, so counts and lengths are the real ones; responses that are yet to be sampled count at "
        + "max_new_tokens. Where model or rows are not there, a folder with only config.json or the published shape of a known model and assumed lengths stand in, and the output says so. "
        + "Time comes from a product measured on this machine (half a second): it is right within a factor of two at best.\n"
        + $"--device names a GPU that need not be here ({string.Join(", ", DeviceLimits.Names)}): time then follows from its published limits, of which "
        + $"{PhaseEstimate.MatrixShare:P0} of the matrix rate and {PhaseEstimate.BandwidthShare:P0} of the bandwidth are assumed to be reached. FILE may also be a study of a base configuration: a line for each arm, its reward model included.";

    public override IReadOnlyList<string> Examples => ["spa estimate --config recipes/smollm2-hh.yaml", "spa estimate --config recipes/paper/spa.yaml --device H200 --set optim=adamw_8bit"];

    public override int Run(CommandContext context)
    {
        string file = context.Require(_options.Config);
        DeviceLimits? device = Device(context);
        using ComputeBackend backend = device is null ? context.CreateBackend() : new Engine.Compute.Cpu.CpuBackend(new Engine.Compute.Cpu.CpuOptions { Threads = 1 });
        JsonObject root = ConfigurationFile.Load(file).Root;
        if (root.ContainsKey("experiments")) return RunStudy(context, Study.Load(file), backend, device);
        RunConfig config = RunConfig.Load(file, Stage(context, root), _options.Overrides(context), out _);
        var report = new EstimateReport(Estimate(context, config, backend, device, out IReadOnlyList<string> assumed), device, device is null ? CpuCheck.GigaFlops(backend) : 0, assumed);
        if (context.Json) context.WriteLine(report.ToJson().ToJsonString());
        else foreach (string line in report.ToText()) context.WriteLine(line);
        return ExitCodes.Done;
    }

    // Every arm of a study once, then times its seeds.
    private int RunStudy(CommandContext context, Study study, ComputeBackend backend, DeviceLimits? device)
    {
        double gigaflops = device is null ? CpuCheck.GigaFlops(backend) : 0;
        (int runs, double seconds) = (0, 0);
        foreach ((StudyExperiment experiment, StudyArm arm) in study.Experiments.SelectMany(e => e.Runs.Select(arm => (e, arm))))
        {
            RunConfig loop = study.Configuration(experiment, arm, experiment.Seeds[0], _options.Overrides(context), "runs/study");
            EstimateReport[] stages = [.. Estimates(context, loop, Study.Stages(arm, loop), backend, device, out IReadOnlyList<string> assumed)
                .Select(estimate => new EstimateReport(estimate, device, gigaflops, assumed))];
            runs += experiment.Seeds.Count;
            seconds += experiment.Seeds.Count * stages.Sum(s => s.Seconds);
            if (context.Json)
            {
                JsonObject line = new() { ["experiment"] = experiment.Name, ["arm"] = arm.Name, ["seeds"] = experiment.Seeds.Count, ["estimate"] = stages[^1].ToJson() };
                if (stages.Length > 1) line["reward"] = stages[0].ToJson();
                context.WriteLine(line.ToJsonString());
            }
            else
            {
                context.WriteLine($"{experiment.Name}/{arm.Name}: {experiment.Seeds.Count} x {ProgressText.Duration(TimeSpan.FromSeconds(stages.Sum(s => s.Seconds)))}, "
                    + $"{(stages.Max(s => s.Estimate.PeakMemoryBytes) / 1e9).ToString("0.0", CultureInfo.InvariantCulture)} GB");
            }
        }

        if (!context.Json) context.WriteLine($"{runs} runs, {ProgressText.Duration(TimeSpan.FromSeconds(seconds))} one after the other; what arms have in common is done once and counted each time");
        return ExitCodes.Done;
    }

    private RunEstimate Estimate(CommandContext context, RunConfig config, ComputeBackend backend, DeviceLimits? device, out IReadOnlyList<string> assumed) =>
        Estimates(context, config, [config], backend, device, out assumed)[0];

    // Rows and model are those of the configuration, which the stages share.
    private RunEstimate[] Estimates(CommandContext context, RunConfig config, IReadOnlyList<RunConfig> stages, ComputeBackend backend, DeviceLimits? device, out IReadOnlyList<string> assumed)
    {
        string path = config.Training.ModelNameOrPath!;
        DType matrixType = config.Training.Dtype == "bfloat16" ? DType.BFloat16 : DType.Float32;
        if (HasWeights(path) && EstimateRows.Files(config).All(File.Exists))
        {
            assumed = [];
            using ModelBundle model = context.OpenModel(path, rewards: config.Stage == ConfigurationStage.Reward);
            matrixType = ConfigOptions.MatrixType(config, context.BaseModel);
            EstimateRows read = EstimateRows.Read(config, model, new RunContext(backend, matrixType, context.Log, context.Cancel, context.BaseModel));
            return [.. stages.Select(stage => Of(stage, ModelShape.Of(model), read))];
        }

        ModelShape shape = ModelShape.WithoutWeights(path);
        AssumedLengths usual = new();
        EstimateRows rows = EstimateRows.Assume(config, shape.Config,
            new AssumedLengths(context.Get(_rows) ?? usual.Rows, context.Get(_prompt) ?? usual.PromptTokens, context.Get(_response) ?? usual.ResponseTokens));
        assumed = [shape.Assumption!, rows.Assumption!];
        return [.. stages.Select(stage => Of(stage, shape, rows))];

        RunEstimate Of(RunConfig stage, ModelShape its, EstimateRows all) => new(stage, its, stage == config ? all : all.Of(stage), backend, matrixType, Activations());

        // A GPU keeps activations as its weights, a CPU in float32.
        DType Activations() => device is null ? backend.ActivationType(matrixType) : matrixType;
    }

    private static bool HasWeights(string path) => File.Exists(path)
        || Directory.Exists(path) && Directory.EnumerateFiles(path).Any(f => Path.GetExtension(f) is ".safetensors" or ".gguf");

    // A number or "emulator" is a device of --backend cuda, as everywhere.
    private static DeviceLimits? Device(CommandContext context)
    {
        if (context.GivenDevice is not { } name || name == "emulator" || int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out _)) return null;
        return DeviceLimits.Find(name) ?? throw new UsageException($"--device {name}: expected one of {string.Join(", ", DeviceLimits.Names)}{Spelling.Hint(name, DeviceLimits.Names)}");
    }

    private ConfigurationStage Stage(CommandContext context, JsonObject root)
    {
        if (context.Get(_for) is { } word) return Enum.Parse<ConfigurationStage>(word, ignoreCase: true);
        if (root["spa"] is JsonObject spa && spa["prompts"] is not null) return ConfigurationStage.Run;
        if (root["num_generations"] is not null) return ConfigurationStage.Rloo;
        return root["loss_type"]?.ToString() is "nll" or "chunked_nll" or "dft" ? ConfigurationStage.Sft : ConfigurationStage.Dpo;
    }
}
