using System.Text.Json.Nodes;
using Spa.Engine.Configuration;
using Spa.Engine.Pipeline.Demo;

namespace Spa.Engine.Pipeline.Studies;

/// <summary>Arms on the demo's task: the shipped model, data made by the seed, models measured by gold on held-out prompts.</summary>
internal sealed class DemoStudyTask : IStudyTask
{
    private readonly StudyExperiment _experiment;
    private readonly DemoOptions _options;
    private readonly RunContext _context;
    private readonly ModelBundle _sft;
    private readonly DemoData _data;
    private readonly DemoEvaluation _evaluation;
    private readonly RunState _state;
    private readonly string _dataHash, _modelHash;

    public DemoStudyTask(StudyExperiment experiment, uint seed, RunFolder folder, RunState state, RunContext context)
    {
        (_experiment, _state, _context) = (experiment, state, context);
        _options = new DemoOptions
        {
            OutputFolder = folder.Path,
            Seed = seed,
            SeedPairs = experiment.Data.SeedPairs,
            LabelNoise = experiment.Data.LabelNoise,
            Narrow = experiment.Data.Narrow,
            Prompts = experiment.Data.Prompts,
            HeldOut = experiment.Data.HeldOut,
        };
        _data = new DemoData(folder.Path, _options);
        _sft = ModelBundle.Open(DemoModel.Folder);
        _modelHash = ContentHash.OfPath(_sft.Path);
        _data.Write(state, _sft, context);
        _dataHash = ContentHash.OfPath(Path.Combine(folder.Path, "data"));
        _evaluation = new DemoEvaluation(folder, _data, _sft, context);
    }

    public JsonObject Inputs(StudyArm arm) => new()
    {
        ["config"] = Placeless(Config(arm, "")).ToYaml(),
        ["reward"] = StudyReward.Settings(arm),
        ["model"] = _modelHash,
        ["data"] = _dataHash,
        ["dtype"] = _context.MatrixType.ToString(),
    };

    public ArmResult Run(StudyArm arm, string folder)
    {
        RunConfig config = Config(arm, folder);
        var stages = new Dictionary<int, IReadOnlyDictionary<string, double>> { [-1] = Measure(SpaRun.StageTitle(-1), _sft.Path, null) };
        if (arm.Rloo is not null)
        {
            int updates = StudyRloo.Train(arm, config, _sft, folder, _context);
            stages[StudyRloo.Stage] = Measure(arm.Title, StudyRloo.Model(folder), null);
            return new ArmResult(stages, updates, StudyStages.Seconds(folder));
        }
        StudyReward.Train(arm, config, folder, _context);
        using (var run = new SpaRun(config, _context, [])) run.Execute();
        var files = new RunFolder(folder);
        foreach (int stage in StudyStages.Of(config)) stages[stage] = Measure(SpaRun.StageTitle(stage), files.Model(stage), stage == 0 ? null : files.Pairs(stage));
        return new ArmResult(stages, StudyStages.Updates(files, config), StudyStages.Seconds(folder));
    }

    public void Dispose() => _sft.Dispose();

    private RunConfig Config(StudyArm arm, string folder) =>
        DemoConfiguration.Arm(_options with { Overrides = [.. _experiment.Overrides, .. arm.Overrides, .. StudyReward.Overrides(arm, folder)] }, _data, _sft.Path, folder);

    // The demo's model and data count by their content, wherever they lie: a study that was moved, or goes on with another build, is not run again.
    private RunConfig Placeless(RunConfig config)
    {
        string folder = new RunFolder(_options.OutputFolder).Path;
        return config with
        {
            Training = config.Training with
            {
                ModelNameOrPath = config.Training.ModelNameOrPath == _sft.Path ? "demo-model" : config.Training.ModelNameOrPath,
                EvalDataset = Relative(config.Training.EvalDataset),
            },
            Spa = config.Spa with { SeedDataset = Relative(config.Spa.SeedDataset), Prompts = config.Spa.Prompts is { } prompts ? new ValueList<string>([.. prompts.Select(p => Relative(p)!)]) : null },
        };

        string? Relative(string? path) => path is not null && path.StartsWith(folder + Path.DirectorySeparatorChar, StringComparison.Ordinal) ? Path.GetRelativePath(folder, path) : path;
    }

    // Measured once for all arms that have the model: its answers are named by its content.
    private Dictionary<string, double> Measure(string name, string model, string? pairs)
    {
        DemoScore score = _evaluation.Score(_state, name, ContentHash.OfPath(model)[..16], model, pairs);
        return new Dictionary<string, double>
        {
            ["gold"] = score.Gold.Value,
            ["win"] = score.Win.Value,
            ["judge"] = score.Judge.Value,
            ["labels"] = score.Labels.Value,
            ["length"] = score.Length.Value,
            ["answered"] = score.Answered.Value,
            ["fillers"] = score.Fillers.Value,
        };
    }
}
