using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Spa.Cli.Diagnosis;
using Spa.Cli.Options;
using Spa.Cli.Terminal;
using Spa.Engine.Compute;
using Spa.Engine.Configuration;
using Spa.Engine.Pipeline;
using Spa.Engine.Pipeline.Estimates;

namespace Spa.Cli.Commands;

/// <summary><c>spa estimate</c>: memory, disk and time before a run starts.</summary>
internal sealed class EstimateCommand : CliCommand
{
    // What a training step gets of the rate of a bare product on the CPU; docs/benchmarks/cpu.md has measured shares.
    private const double ProductShare = 0.7;

    private readonly ConfigOptions _options = new();
    private readonly Option<string?> _for = Opt.Choice("--for", "The command that the configuration is for; default: run where it has spa.prompts, else dpo.", "run",
        "dpo", "sft", "reward");

    public EstimateCommand() : base("estimate", "Estimates memory, disk and time of a run before it starts.")
    {
        foreach (Option option in _options.All) Options.Add(option);
        Options.Add(_for);
    }

    public override string Synopsis => "--config FILE [--set KEY=VALUE]... [--for run|dpo|sft|reward] [options]";

    public override string Details => "Reads and tokenises the rows, so counts and lengths are the real ones; responses that are yet to be sampled count at "
        + "max_new_tokens. Time comes from a product measured on this machine (half a second): it is right within a factor of two at best.";

    public override IReadOnlyList<string> Examples => ["spa estimate --config recipes/smollm2-hh.yaml"];

    public override int Run(CommandContext context)
    {
        RunConfig config = RunConfig.Load(context.Require(_options.Config), Stage(context), _options.Overrides(context), out _);
        using ModelBundle model = context.OpenModel(config.Training.ModelNameOrPath!, rewards: config.Stage == ConfigurationStage.Reward);
        using ComputeBackend backend = context.CreateBackend();
        RunEstimate estimate = new(config, model, new RunContext(backend, ConfigOptions.MatrixType(config, context.BaseModel), context.Log, context.Cancel, context.BaseModel));
        double gigaflops = CpuCheck.GigaFlops(backend);
        JsonObject result = Result(estimate, gigaflops);
        if (context.Json) context.WriteLine(result.ToJsonString());
        else foreach (string line in Lines(result)) context.WriteLine(line);
        return ExitCodes.Done;
    }

    private ConfigurationStage Stage(CommandContext context)
    {
        if (context.Get(_for) is { } word) return Enum.Parse<ConfigurationStage>(word, ignoreCase: true);
        JsonObject root = ConfigurationFile.Load(context.Require(_options.Config)).Root;
        return root["spa"] is JsonObject spa && spa["prompts"] is not null ? ConfigurationStage.Run : ConfigurationStage.Dpo;
    }

    private static JsonObject Result(RunEstimate estimate, double gigaflops) => new()
    {
        ["parameters"] = estimate.Parameters,
        ["weight_bytes"] = estimate.WeightBytes,
        ["memory_bytes"] = estimate.PeakMemoryBytes,
        ["memory_available_bytes"] = MachineInfo.FreeMemoryBytes ?? MachineInfo.MemoryBytes,
        ["disk_bytes"] = estimate.DiskBytes,
        ["gigaflops"] = gigaflops,
        ["seconds"] = estimate.Phases.Sum(phase => phase.Seconds(gigaflops, ProductShare)),
        ["phases"] = new JsonArray([.. estimate.Phases.Select(phase => new JsonObject
        {
            ["name"] = phase.Name, ["tokens"] = phase.Tokens, ["memory_bytes"] = phase.MemoryBytes, ["seconds"] = phase.Seconds(gigaflops, ProductShare),
        })]),
    };

    private static IEnumerable<string> Lines(JsonObject result)
    {
        JsonArray phases = result["phases"]!.AsArray();
        int width = phases.Max(phase => phase!["name"]!.ToString().Length);
        foreach (JsonNode? phase in phases)
            yield return $"{phase!["name"]!.ToString().PadRight(width)}  {phase["tokens"],12} tokens  {Gigabytes(phase["memory_bytes"]!),9}  {Time(phase["seconds"]!),9}";
        yield return $"memory  {Gigabytes(result["memory_bytes"]!)} at most, {Gigabytes(result["memory_available_bytes"]!)} are free";
        yield return $"disk    {Gigabytes(result["disk_bytes"]!)}";
        yield return $"time    about {Time(result["seconds"]!)} at {result["gigaflops"]!.GetValue<double>().ToString("0", CultureInfo.InvariantCulture)} GFLOP/s";
        if (result["memory_bytes"]!.GetValue<long>() > result["memory_available_bytes"]!.GetValue<long>())
            yield return "this does not fit: lower per_device_train_batch_size or max_length, set gradient_checkpointing, or use dtype bfloat16";
    }

    private static string Gigabytes(JsonNode bytes) => string.Create(CultureInfo.InvariantCulture, $"{bytes.GetValue<long>() / 1e9:0.00} GB");

    private static string Time(JsonNode seconds) => ProgressText.Duration(TimeSpan.FromSeconds(seconds.GetValue<double>()));
}
