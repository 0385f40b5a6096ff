using Spa.Engine.Compute;
using Spa.Engine.Configuration;
using Spa.Engine.Models;
using Spa.Engine.Models.Adapters;
using Spa.Engine.Training;

namespace Spa.Engine.Pipeline.Estimates;

/// <summary>
/// Memory, disk and work of a configuration before it runs. Rows are read and tokenised, so lengths and counts are the real ones; memory is
/// what the arenas will be. Nothing is loaded and nothing is trained.
/// </summary>
public sealed class RunEstimate
{
    // A pass forward costs a multiplication and an addition per weight and token; backward costs twice that.
    private const double Forward = 2, Training = 6;

    private readonly RunConfig _config;
    private readonly ModelBundle _model;
    private readonly DecoderLayout _layout;
    private readonly ComputeBackend _backend;
    private readonly DType _matrixType;
    private readonly List<PhaseEstimate> _phases = [];

    /// <param name="config">Of spa run, sft or dpo.</param>
    /// <param name="model">The model that is trained.</param>
    /// <param name="context">Device, storage of weights, log.</param>
    /// <exception cref="SpaException">A file of the configuration cannot be used.</exception>
    public RunEstimate(RunConfig config, ModelBundle model, RunContext context)
    {
        context = context with { Format = TrainingSetup.Quantisation(config.Training) };
        (_config, _model, _backend, _matrixType) = (config, model, context.Backend, context.MatrixType);
        _layout = new DecoderLayout(model.Config, model.Family.Names, _matrixType, context.Format);
        WeightBytes = ModelWeights.Measure(_layout, _matrixType);
        if (config.Stage == ConfigurationStage.Run) AddLoop(new LoopData(config, model, context.Log));
        else AddStage(context);
    }

    /// <summary>Weights of the model.</summary>
    public long Parameters => _layout.Table.Count;

    /// <summary>As they are held, with the room that quantised ones are unpacked into.</summary>
    public long WeightBytes { get; }

    public IReadOnlyList<PhaseEstimate> Phases => _phases;

    public long PeakMemoryBytes => _phases.Max(phase => phase.MemoryBytes);

    /// <summary>The models of all stages, and one checkpoint with weights, float32 moments and a margin.</summary>
    public long DiskBytes => WeightBytes * ((_config.Stage == ConfigurationStage.Run ? _config.Spa.Iterations + (_config.Spa.SeedDataset is null ? 0 : 1) : 1) + 4);

    private void AddStage(RunContext context)
    {
        using TaskData data = TaskData.Read(_config, _config.Training.DatasetName!, _model, context);
        bool pairs = _config.Stage == ConfigurationStage.Dpo;
        bool reference = pairs && (_config.Training.RefModelNameOrPath is not null || data.Refinement?.NeedsReference() == true);
        if (pairs) AddScoring("dpo/reference", data.Lengths);
        AddTraining($"{data.Name}/train", data.Lengths, _config.Training.NumTrainEpochs, reference);
    }

    private void AddLoop(LoopData data)
    {
        SequenceLengths[] seed = [.. data.Seed.Select(SequenceLengths.Of)], evaluation = [.. data.Evaluation.Select(SequenceLengths.Of)];
        AddScoring("sft/evaluate", evaluation);
        if (seed.Length > 0) AddTraining("stage-0-seed/train", seed, _config.Spa.SeedNumTrainEpochs, withReference: false);
        for (int t = 1; t <= _config.Spa.Iterations; t++)
        {
            string stage = RunFolder.StageName(t);
            // Lengths of responses are not known yet: all of them at their limit.
            int limit = _config.Spa.Sampling.MaxNewTokens;
            SequenceLengths[] sampled = [.. data.Prompts[t - 1]
                .Select(p => new SequenceLengths(p.Ids.Length + _config.Spa.SamplesPerPrompt * limit, _config.Spa.SamplesPerPrompt * limit, p.Ids.Length + limit))];
            SequenceLengths[] pairs = [.. data.Prompts[t - 1].Select(p => new SequenceLengths(p.Ids.Length + 2 * limit, 2 * limit, p.Ids.Length + limit))];
            AddSampling($"{stage}/sample", sampled);
            AddScoring($"{stage}/judge", sampled);
            AddTraining($"{stage}/train", pairs, _config.Training.NumTrainEpochs,
                withReference: _config.Spa is { LabelSmoothing: not 0 } && _config.Spa.ExtrapolationOf(t) != 0);
            AddScoring($"{stage}/evaluate", evaluation);
        }
    }

    // A layout of the adapter that training makes; null: none.
    private AdapterLayout? Adapter()
    {
        if (!_config.Training.UsePeft) return null;
        AdapterSettings settings = TrainingSetup.Adapter(_config.Training);
        ParameterNames names = _model.Family.Names;
        return new AdapterLayout(_model.Config, names, AdapterTargets.Select(_model.Config, names, settings), settings.UseDora, settings.Dropout, _backend.ActivationType(_matrixType));
    }

    private void AddTraining(string name, IReadOnlyList<SequenceLengths> examples, double epochs, bool withReference)
    {
        TrainerSettings settings = TrainingSetup.Settings(_config.Training, examples.Count, epochs);
        int tokens = SftTask.Largest(settings.MicroBatch, examples.Select(e => e.Rows)), rows = SftTask.Largest(settings.MicroBatch, examples.Select(e => e.Scored));
        AdapterLayout? adapter = Adapter();
        long activations = Arena.Measure(arena =>
        {
            _ = new DecoderWorkspace(_model.Config, settings.GradientCheckpointing ? ActivationPlan.Checkpointed : ActivationPlan.Training, tokens, rows,
                _backend.ActivationType(_matrixType), arena, adapter);
            if (withReference) _ = new DecoderWorkspace(_model.Config, ActivationPlan.Inference, tokens, rows, _backend.ActivationType(_matrixType), arena, adapter);
            _ = new Head(_backend, _model.Config, rows, withReference, arena, gradients: _backend.ActivationType(_matrixType));
        });
        long optimizer = PolicyState.Measure(_layout, settings.Optimizer, _backend.ActivationType(_matrixType), adapter?.Table);
        // With an adapter policy and reference share the base.
        long weights = adapter is null ? WeightBytes * (withReference ? 2 : 1) : WeightBytes + adapter.Table.WeightBytes * (withReference ? 2 : 1);
        double share = _config.Training.MaxSteps > 0
            ? _config.Training.MaxSteps * (double)settings.MicroBatch * settings.Accumulation / examples.Count : epochs;
        long work = (long)(examples.Sum(e => (long)e.Rows) * share);
        double operations = (Training + (withReference ? Forward : 0) + (settings.GradientCheckpointing ? Forward : 0)) * Parameters * work;
        _phases.Add(new PhaseEstimate(name, work, operations, weights + optimizer + activations));
    }

    // The copy of weights in the layout that products like best; of quantised ones there is none but the head's.
    private long PackedBytes => _layout.LargestQuantised == 0 ? WeightBytes : (long)_model.Config.VocabSize * _model.Config.HiddenSize * _matrixType.Size();

    // Weights of policy and reference, and their copy.
    private void AddScoring(string name, IReadOnlyList<SequenceLengths> rows)
    {
        if (rows.Count == 0) return;
        long tokens = rows.Sum(r => (long)r.Rows);
        _phases.Add(new PhaseEstimate(name, tokens, Forward * Parameters * tokens, 2 * WeightBytes + PackedBytes));
    }

    private void AddSampling(string name, IReadOnlyList<SequenceLengths> rows)
    {
        SamplerMemory cache = new(_model.Config, rows.Max(r => r.Positions));
        long tokens = rows.Sum(r => (long)r.Rows);
        _phases.Add(new PhaseEstimate(name, tokens, Forward * Parameters * tokens, WeightBytes + PackedBytes + cache.CacheBytes));
    }
}
