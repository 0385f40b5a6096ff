using System.Text.Json.Nodes;
using Spa.Engine.Configuration;
using Spa.Engine.Formats;
using Spa.Engine.Models;
using Spa.Engine.Pipeline.Controls;
using Spa.Engine.Pipeline.Judges;
using Spa.Engine.Reporting;

namespace Spa.Engine.Pipeline;

/// <summary>
/// Spread Preference Annotation (Kim et al. 2025, arXiv 2406.04412; docs/algorithm.md section 1) as phases that are each done once: running it again is a
/// no-op, running it after an interruption goes on where it stopped and ends with the same bits.
/// </summary>
public sealed partial class SpaRun : IDisposable
{
    private readonly RunConfig _config;
    private readonly RunContext _context;
    private readonly RunFolder _folder;
    private readonly RunState _state;
    private readonly ModelBundle _sftBundle;
    private readonly LoopData _data;
    private readonly JudgeSettings _judge;
    private readonly JudgeSettings? _gold;

    /// <summary>Opens model and data and checks everything that can be checked before work begins.</summary>
    public SpaRun(RunConfig config, RunContext context, JsonObject environment)
    {
        TrainingSetup.RequireSupported(config.Training, ConfigurationStage.Run);
        (_config, _context) = (config, context with { Format = TrainingSetup.Quantisation(config.Training) });
        RequireRewards(config.Spa);
        string model = config.Training.ModelNameOrPath ?? throw new UsageException("'model_name_or_path' is missing: name a Hugging Face folder or a .gguf file");
        string output = config.Training.OutputDir ?? throw new UsageException("'output_dir' is missing: name the run folder");
        _folder = new RunFolder(output);
        _judge = JudgeConfiguration.Settings(config, _folder) with { BaseModel = context.BaseModel };
        _gold = JudgeConfiguration.Gold(config, _folder);
        RequireGold(config.Spa, _gold);
        _sftBundle = ModelBundle.Open(model, null, context.BaseModel);
        try
        {
            foreach (string line in _sftBundle.PassedOver) context.Log.Notice(line);
            RequireEndTokens();
            _data = new LoopData(config, _sftBundle, context.Log);
            RequireDiskSpace();
            _state = new RunState(_folder.State, environment, context.Shared);
        }
        catch
        {
            _sftBundle.Dispose();
            throw;
        }
        AtomicFile.WriteAllText(_folder.Config, config.ToYaml());
    }

    public RunFolder Folder => _folder;

    /// <summary>The loop, then its controls.</summary>
    public void Execute()
    {
        var sft = new StageModel(-1, "SFT", _sftBundle.Path, ContentHash.OfModel(_sftBundle));
        Evaluate(sft, sft);
        StageModel? seed = Iterate(sft, null);
        (LoopControl Control, RunConfig Config)[] controls = Controls();
        foreach ((LoopControl control, RunConfig config) in controls)
        {
            using var run = new SpaRun(config, _context with { Log = new PrefixedLog(_context.Log, control.FolderName) }, this);
            run.Iterate(sft, control.Kind == ControlKind.SeedOnly ? null : seed);
        }
        RunReport report = RunReportBuilder.Build(_folder);
        ReportWriter.Write(report, _folder.Report);
        RunCard.Write(_config, _folder, _sftBundle, report, StageTitle);
        foreach ((LoopControl control, RunConfig config) in controls)
            RunCard.Write(config, new RunFolder(config.Training.OutputDir!), _sftBundle, report, stage => control.Title(stage, config.Training.MaxSteps));
    }

    public void Dispose()
    {
        if (_loop is null) _sftBundle.Dispose();
    }

    /// <summary>The seed stage, unless its model is given, and all iterations; returns the model behind the seed stage.</summary>
    private StageModel? Iterate(StageModel sft, StageModel? seed)
    {
        if (seed is null && _data.Seed.Count > 0)
        {
            seed = TrainOnSeed(sft);
            Evaluate(seed, sft);
        }
        StageModel previous = sft, policy = seed ?? sft;
        for (int t = 1; t <= _config.Spa.Iterations; t++)
        {
            PhaseRecord samples = Sample(t, policy);
            PhaseRecord pairs = Judge(t, samples, policy, JudgeReference(sft, previous));
            PhaseRecord? gold = ScoreByGold(t, samples), divergence = MeasureDivergence(t, samples, sft);
            PhaseRecord trained = Train(t, policy, pairs);
            Audit(t, samples, pairs, trained, gold, divergence);
            (previous, policy) = (policy, new StageModel(t, StageTitle(t), _folder.Model(t), trained.Key));
            Evaluate(policy, sft);
        }
        _state.Write();
        return seed;
    }

    // The judge's reference is pi_sft throughout; the training reference of stage t is pi_{t-1}. They are different models.
    // The previous model is the one before the one that samples: pi_{t-2}; in the first iteration that is pi_sft.
    private StageModel? JudgeReference(StageModel sft, StageModel previous) => _config.Spa.JudgeReference switch
    {
        "sft" => sft,
        "previous" => previous,
        _ => null,
    };

    internal static string StageTitle(int stage) => stage switch
    {
        < 0 => "SFT",
        0 => "Seed DPO",
        _ => $"SPA {stage}",
    };

    // An adapter shares the weights of its base with a model that is loaded already.
    private Model Load(StageModel model, Model? beside = null)
    {
        using ModelBundle bundle = ModelBundle.Open(model.Path, null, _context.BaseModel);
        return _context.Load(bundle, beside);
    }

    // Without a seed stage the first sampler is pi_sft itself, and its reward against itself is 0 for every response.
    private static void RequireRewards(SpaConfig config)
    {
        if (config is { SeedDataset: null, Judge: "implicit", JudgeReference: "sft" or "previous" })
            throw new UsageException($"'spa.seed_dataset' is missing: with 'spa.judge_reference: {config.JudgeReference}' the first model would be judged against itself "
                + "and every reward be 0; give seed pairs, or 'spa.judge_reference: none'");
    }

    private static void RequireGold(SpaConfig spa, JudgeSettings? gold)
    {
        if (gold is null && spa.Controls?.Contains("gold_judge") == true)
            throw new UsageException("'spa.controls: gold_judge' needs an oracle: name its labels in spa.judging.labels, its program in spa.judging.program or a rule in spa.judging.rule");
    }

    private void RequireEndTokens()
    {
        if (_sftBundle.Tokenizer.EndIds.Count == 0)
            throw new SpaException($"'{_sftBundle.Path}' names no end-of-sequence token, so no response could ever end; add eos_token_id to generation_config.json");
    }

    // Models of all stages, and one checkpoint with both moments at a time.
    private void RequireDiskSpace()
    {
        long weights = new DecoderLayout(_sftBundle.Config, _sftBundle.Family.Names, _context.MatrixType, _context.Format).Table.WeightBytes;
        int controls = LoopControl.Of(_config.Spa).Count;
        long stages = _config.Spa.Iterations * (1 + controls) + (_data.Seed.Count > 0 ? 1 : 0);
        DiskSpace.Require(_folder.Path, weights * (stages + 4));
    }
}
