using System.CommandLine;
using System.Text.Json.Nodes;
using Spa.Cli.Diagnosis;
using Spa.Engine.Compute;
using Spa.Engine.Configuration;
using Spa.Engine.Pipeline;

namespace Spa.Cli.Commands;

/// <summary>The commands that a configuration file drives: <c>spa sft</c>, <c>spa dpo</c>, <c>spa reward</c>, <c>spa run</c>.</summary>
internal sealed class TrainCommand : CliCommand
{
    private readonly ConfigurationStage _stage;
    private readonly ConfigOptions _options = new();

    private TrainCommand(string name, string description, ConfigurationStage stage) : base(name, description)
    {
        _stage = stage;
        foreach (Option option in _options.All) Options.Add(option);
    }

    public override string Synopsis => "--config FILE [--set KEY=VALUE]... [options]";

    public override string Details => _stage == ConfigurationStage.Run
        ? "Seed DPO, then per iteration: sample, judge (spa.judge: the implicit reward unless told otherwise), train with noise-aware DPO; evaluation and a report. The run "
        + "folder is output_dir. The same command goes on after an interruption and does nothing once all is done; spa status shows where a run stands.\n" + Keys
        : "Trains one stage. output_dir gets model/ (a Hugging Face folder), metrics.jsonl and checkpoints. The same command goes on after an interruption and does "
        + "nothing once all is done.\n" + Keys;

    public override IReadOnlyList<string> Examples => _stage switch
    {
        ConfigurationStage.Sft => ["spa sft --config sft.yaml --set learning_rate=1e-5"],
        ConfigurationStage.Dpo => ["spa dpo --config dpo.yaml --set beta=0.1 --set output_dir=runs/dpo"],
        ConfigurationStage.Reward => ["spa reward --config reward.yaml --set output_dir=runs/reward", "spa judge --judge reward-model --judge-model runs/reward/model --input samples.jsonl --output pairs.jsonl"],
        _ => ["spa run --config recipes/smollm2-hh.yaml --set spa.iterations=1"],
    };

    private static string Keys =>
        "Keys are TRL's, those of the loop are under spa: docs/configuration.md lists them. --set and the options --dtype and --seed win over the file.";

    public static TrainCommand Sft() => new("sft", "Trains a model to imitate examples.", ConfigurationStage.Sft);

    public static TrainCommand Dpo() => new("dpo", "Trains a model on preference pairs: DPO, or the SPA loss.", ConfigurationStage.Dpo);

    public static TrainCommand Reward() => new("reward", "Trains a reward model on preference pairs.", ConfigurationStage.Reward);

    public static TrainCommand SpaLoop() =>
        new("run", "Runs Spread Preference Annotation: seed DPO, then sample, judge and train, with a report.", ConfigurationStage.Run);

    public override int Run(CommandContext context)
    {
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
