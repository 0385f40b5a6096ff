using System.CommandLine;
using System.Text.Json.Nodes;
using Spa.Cli.Diagnosis;
using Spa.Cli.Options;
using Spa.Engine;
using Spa.Engine.Compute;
using Spa.Engine.Configuration;
using Spa.Engine.Pipeline;
using Spa.Engine.Pipeline.Comparison;
using Spa.Engine.Reporting;

namespace Spa.Cli.Commands;

/// <summary>The commands that a configuration file drives: <c>spa sft</c>, <c>spa dpo</c>, <c>spa reward</c>, <c>spa rloo</c>, <c>spa run</c>.</summary>
internal sealed class TrainCommand : CliCommand
{
    private readonly ConfigurationStage _stage;
    private readonly ConfigOptions _options;
    private readonly Option<string[]> _compare = Opt.List("--compare", "RUN", "Run folders to put side by side; nothing is trained.");
    private readonly Option<string?> _output = Opt.Text("--output", "F.html", "With --compare: the comparison as a page, too.");

    private TrainCommand(string name, string description, ConfigurationStage stage) : base(name, description)
    {
        _stage = stage;
        _options = new ConfigOptions(required: stage != ConfigurationStage.Run);
        foreach (Option option in _options.All) Options.Add(option);
        if (stage != ConfigurationStage.Run) return;
        Options.Add(_compare);
        Options.Add(_output);
    }

    public override string Synopsis => _stage == ConfigurationStage.Run
        ? "--config FILE [--set KEY=VALUE]... [options]\n       spa run --compare RUN1 RUN2... [--output F.html]" : "--config FILE [--set KEY=VALUE]... [options]";

    public override string Details => _stage == ConfigurationStage.Run
        ? "Seed DPO, then per iteration: sample, judge (spa.judge: the implicit reward unless told otherwise), train with noise-aware DPO; evaluation and a report. The run "
        + "folder is output_dir. The same command goes on after an interruption and does nothing once all is done; spa status shows where a run stands.\n" + Keys
        : "Trains one stage. output_dir gets model/ (a Hugging Face folder), metrics.jsonl and checkpoints. The same command goes on after an interruption and does "
        + "nothing once all is done. spa inspect-tokens shows what of a row is learned, given and cut.\n" + Keys;

    public override IReadOnlyList<string> Examples => _stage switch
    {
        ConfigurationStage.Sft => ["spa sft --config sft.yaml --set learning_rate=1e-5"],
        ConfigurationStage.Dpo => ["spa dpo --config dpo.yaml --set beta=0.1 --set output_dir=runs/dpo"],
        ConfigurationStage.Reward => ["spa reward --config reward.yaml --set output_dir=runs/reward", "spa judge --judge reward-model --judge-model runs/reward/model --input samples.jsonl --output pairs.jsonl"],
        ConfigurationStage.Rloo => ["spa rloo --config rloo.yaml --set reward_model_name_or_path=runs/reward/model", "spa rloo --config rloo.yaml --set spa.judge=gold --set spa.judging.program=./oracle"],
        _ => ["spa run --config recipes/smollm2-hh.yaml --set spa.iterations=1", "spa run --compare runs/spa runs/dpo --output compare.html"],
    };

    private static string Keys =>
        "Keys are TRL's, those of the loop are under spa: docs/configuration.md lists them. --set and the options --dtype and --seed win over the file.";

    public static TrainCommand Sft() => new("sft", "Trains a model to imitate examples.", ConfigurationStage.Sft);

    public static TrainCommand Dpo() => new("dpo", "Trains a model on preference pairs: DPO, or the SPA loss.", ConfigurationStage.Dpo);

    public static TrainCommand Reward() => new("reward", "Trains a reward model on preference pairs.", ConfigurationStage.Reward);

    public static TrainCommand Rloo() => new("rloo", "Optimises a policy against a reward model or another judge (RLOO).", ConfigurationStage.Rloo);

    public static TrainCommand SpaLoop() =>
        new("run", "Runs Spread Preference Annotation: seed DPO, then sample, judge and train, with a report.", ConfigurationStage.Run);

    public override int Run(CommandContext context)
    {
        if (_stage == ConfigurationStage.Run && context.IsGiven(_compare)) return Compare(context);
        if (_stage == ConfigurationStage.Run && context.IsGiven(_output)) throw new UsageException("option '--output' is for --compare; the run folder is output_dir");
        RunConfig config = RunConfig.Load(context.Require(_options.Config), _stage, _options.Overrides(context), out IReadOnlyList<string> notices);
        foreach (string notice in notices) context.Log.Notice(notice);
        using ComputeBackend backend = context.CreateBackend();
        RunContext run = new(backend, ConfigOptions.MatrixType(config, context.BaseModel), context.Log, context.Cancel, context.BaseModel);
        JsonObject environment = RunEnvironment.Of(backend, context.Threads);
        RunFolder folder;
        if (_stage == ConfigurationStage.Run)
        {
            using SpaRun loop = new(config, run, environment);
            loop.Execute();
            folder = loop.Folder;
        }
        else
        {
            SingleStage.Run(config, run, environment);
            folder = new RunFolder(config.Training.OutputDir!);
        }

        Tell(context, folder);
        return ExitCodes.Done;
    }

    private int Compare(CommandContext context)
    {
        if (context.IsGiven(_options.Config)) throw new UsageException("options '--config' and '--compare' exclude each other: one trains, the other looks at what was trained");
        RunComparison comparison = new(context.Get(_compare) ?? []);
        if (context.Get(_output) is { } page) ReportWriter.Write(comparison.ToReport(), page);
        if (context.Json) context.WriteLine(comparison.ToJson().ToJsonString());
        else foreach (string line in comparison.Lines()) context.WriteLine(line);
        return ExitCodes.Done;
    }

    private void Tell(CommandContext context, RunFolder folder)
    {
        string model = _stage == ConfigurationStage.Run ? LastModel(folder) : Path.Combine(folder.Path, "model");
        JsonObject result = new() { ["output_dir"] = folder.Path, ["model"] = model, ["metrics"] = folder.Metrics };
        if (_stage == ConfigurationStage.Run) result["report"] = folder.Report;
        if (context.Json) context.WriteLine(result.ToJsonString());
        else foreach ((string name, JsonNode? value) in result.Skip(1)) context.WriteLine($"{name,-8} {value}");
    }

    private static string LastModel(RunFolder folder)
    {
        int stage = 0;
        while (Directory.Exists(folder.Model(stage + 1))) stage++;
        return folder.Model(stage);
    }
}
