using Spa.Engine.Compute;
using Spa.Engine.Configuration;
using Spa.Engine.Generation;
using Spa.Engine.Models;
using Spa.Engine.Models.Adapters;
using Spa.Engine.Preference;
using Spa.Engine.Training;

namespace Spa.Engine.Pipeline.Estimates;

/// <summary>
/// Memory, disk and work of a configuration before it runs. Counts and lengths of rows are the real ones where the rows are there; memory is what the arenas will be.
/// Nothing is loaded and nothing is trained.
/// </summary>
public sealed class RunEstimate
{
    // A pass forward costs a multiplication and an addition per weight and token; backward costs twice that.
    private const double Forward = 2, Training = 6;

    private readonly RunConfig _config;
    private readonly ModelShape _model;
    private readonly DecoderLayout _layout;
    private readonly ComputeBackend _backend;
    private readonly DType _matrixType, _activations;
    private readonly List<PhaseEstimate> _phases = [];

    /// <param name="config">Of spa run, sft or dpo.</param>
    /// <param name="model">The model that is trained.</param>
    /// <param name="rows">What it is trained on.</param>
    /// <param name="backend">Any; nothing is computed.</param>
    /// <param name="matrixType">Storage of weights.</param>
    /// <param name="activations">Type of activations on the device that is asked about.</param>
    public RunEstimate(RunConfig config, ModelShape model, EstimateRows rows, ComputeBackend backend, DType matrixType, DType activations)
    {
        (_config, _model, _backend, _matrixType, _activations) = (config, model, backend, matrixType, activations);
        _layout = new DecoderLayout(model.Config, model.Names, matrixType, TrainingSetup.Quantisation(config.Training));
        WeightBytes = ModelWeights.Measure(_layout, matrixType);
        if (config.Stage == ConfigurationStage.Run) AddLoop(rows);
        else AddStage(rows.Examples);
    }

    /// <summary>Weights of the model.</summary>
    public long Parameters => _layout.Table.Count;

    /// <summary>As they are held, with the room that quantised ones are unpacked into.</summary>
    public long WeightBytes { get; }

    public IReadOnlyList<PhaseEstimate> Phases => _phases;

    public long PeakMemoryBytes => _phases.Max(phase => phase.MemoryBytes);

    /// <summary>The models of all stages, and one checkpoint with weights, float32 moments and a margin.</summary>
    public long DiskBytes => WeightBytes * ((_config.Stage == ConfigurationStage.Run ? _config.Spa.Iterations + (_config.Spa.SeedDataset is null ? 0 : 1) : 1) + 4);

    // Multiplications and additions of attention in a pass forward, per row of a sequence and position of it: scores and weighted values, over half of the positions on average.
    private double AttentionForward => 2.0 * _model.Config.Layers * _model.Config.QueryWidth;

    private void AddStage(IReadOnlyList<SequenceLengths> examples)
    {
        bool pairs = _config.Stage == ConfigurationStage.Dpo;
        RefinementSettings? refinement = pairs && _config.Training.LossType.Contains("spa") ? TrainingSetup.Refinement(_config.Spa, 1) : null;
        bool reference = pairs && (_config.Training.RefModelNameOrPath is not null || refinement?.NeedsReference() == true);
        if (pairs) AddScoring("dpo/reference", examples);
        if (_config.Stage == ConfigurationStage.Rloo) AddRloo(examples);
        else AddTraining($"{_config.Stage.ToString().ToLowerInvariant()}/train", examples, _config.Training.NumTrainEpochs, reference);
    }

    // An example is a prompt with all of its responses. Sampler, reference and reward model stay beside the policy.
    private void AddRloo(IReadOnlyList<SequenceLengths> prompts)
    {
        TrainingConfig training = _config.Training;
        int perUpdate = Math.Max(1, training.PerDeviceTrainBatchSize / training.NumGenerations) * training.GradientAccumulationSteps;
        double share = training.MaxSteps > 0 ? training.MaxSteps * (double)perUpdate / prompts.Count / training.NumIterations : training.NumTrainEpochs;
        bool reference = training.Beta > 0, rewards = _config.Spa.Judge == "reward-model";
        AddSampling("rloo/sample", prompts, share);
        if (rewards) AddScoring("rloo/judge", prompts, share);
        if (reference) AddScoring("rloo/reference", prompts, share);
        long beside = PackedBytes + new SamplerMemory(_model.Config, prompts.Max(p => p.Positions), _activations).CacheBytes
            + (reference && !training.UsePeft ? WeightBytes : 0) + (rewards ? WeightBytes : 0);
        AddTraining("rloo/train", prompts, training.NumTrainEpochs * training.NumIterations, withReference: false, beside);
    }

    private void AddLoop(EstimateRows rows)
    {
        AddScoring("sft/evaluate", rows.Evaluation);
        if (rows.Seed.Count > 0) AddTraining("stage-0-seed/train", rows.Seed, _config.Spa.SeedNumTrainEpochs, withReference: false);
        for (int t = 1; t <= _config.Spa.Iterations; t++)
        {
            string stage = RunFolder.StageName(t);
            // Lengths of responses are not known yet: all of them at their limit.
            (int limit, int samples) = (_config.Spa.Sampling.MaxNewTokens, _config.Spa.SamplesPerPrompt);
            SequenceLengths[] sampled = [.. rows.Prompts[t - 1].Select(p => new SequenceLengths(p + samples * limit, samples * limit, p + limit))];
            SequenceLengths[] pairs = [.. rows.Prompts[t - 1].Select(p => new SequenceLengths(p + 2 * limit, 2 * limit, p + limit))];
            AddSampling($"{stage}/sample", sampled);
            AddScoring($"{stage}/judge", Judged(sampled));
            AddTraining($"{stage}/train", pairs, _config.Training.NumTrainEpochs,
                withReference: TrainingSetup.Refinement(_config.Spa, t).NeedsReference());
            AddScoring($"{stage}/evaluate", rows.Evaluation);
        }
    }

    // The implicit reward has the sampler's log-probs and runs the reference; a reward model is taken to be of the policy's size, and so is a prompted judge, which reads
    // two responses at a time in both orders. Other judges compute nothing here.
    private IReadOnlyList<SequenceLengths> Judged(SequenceLengths[] sampled) => _config.Spa.Judge switch
    {
        "implicit" when _config.Spa.JudgeReference == "none" => [],
        "implicit" or "reward-model" => sampled,
        "llm" => [.. sampled.SelectMany(row => Enumerable.Repeat(new SequenceLengths(row.Rows, 1, row.Rows), 2))],
        _ => [],
    };

    // A layout of the adapter that training makes; null: none.
    private AdapterLayout? Adapter()
    {
        if (!_config.Training.UsePeft) return null;
        AdapterSettings settings = TrainingSetup.Adapter(_config.Training);
        return new AdapterLayout(_model.Config, _model.Names, AdapterTargets.Select(_model.Config, _model.Names, settings), settings.UseDora, settings.Dropout, _activations);
    }

    private void AddTraining(string name, IReadOnlyList<SequenceLengths> examples, double epochs, bool withReference, long beside = 0)
    {
        // Batch sizes of spa rloo count responses.
        TrainingConfig training = _config.Stage == ConfigurationStage.Rloo
            ? _config.Training with { PerDeviceTrainBatchSize = Math.Max(1, _config.Training.PerDeviceTrainBatchSize / _config.Training.NumGenerations) } : _config.Training;
        TrainerSettings settings = TrainingSetup.Settings(training, examples.Count, epochs);
        int tokens = SftTask.Largest(settings.MicroBatch, examples.Select(e => e.Rows)), rows = SftTask.Largest(settings.MicroBatch, examples.Select(e => e.Scored));
        AdapterLayout? adapter = Adapter();
        long activations = Arena.Measure(arena =>
        {
            _ = new DecoderWorkspace(_model.Config, settings.GradientCheckpointing ? ActivationPlan.Checkpointed : ActivationPlan.Training, tokens, rows, _activations, arena, adapter);
            if (withReference) _ = new DecoderWorkspace(_model.Config, ActivationPlan.Inference, tokens, rows, _activations, arena, adapter);
            _ = new Head(_backend, _model.Config, rows, withReference, arena, gradients: _activations);
        });
        long optimizer = PolicyState.Measure(_layout, settings.Optimizer, _activations, adapter?.Table);
        // With an adapter policy and reference share the base.
        long weights = adapter is null ? WeightBytes * (withReference ? 2 : 1) : WeightBytes + adapter.Table.WeightBytes * (withReference ? 2 : 1);
        int perUpdate = settings.MicroBatch * settings.Accumulation;
        double share = _config.Training.MaxSteps > 0 ? _config.Training.MaxSteps * (double)perUpdate / examples.Count : epochs, visited = examples.Count * share;
        long work = (long)(examples.Sum(e => (long)e.Rows) * share);
        double passes = Training + (withReference ? Forward : 0) + (settings.GradientCheckpointing ? Forward : 0);
        long trained = adapter?.Table.Count ?? Parameters;
        _phases.Add(new PhaseEstimate(name, work, passes * Parameters * work, weights + optimizer + activations + beside)
        {
            AttentionOperations = passes / Forward * AttentionForward * share * examples.Sum(e => (double)e.Rows * e.Positions),
            // Gradients are added to by every micro-batch; states are read and written by every update.
            TrafficBytes = visited / settings.MicroBatch * (passes / Forward * PassBytes + 2.0 * sizeof(float) * trained) + visited / perUpdate * 2.0 * optimizer,
        });
    }

    // The copy of weights in the layout that products like best; of quantised ones there is none but the head's.
    private long PackedBytes => _layout.LargestQuantised == 0 ? WeightBytes : (long)_model.Config.VocabSize * _model.Config.HiddenSize * _matrixType.Size();

    // What a pass over the weights moves: quantised ones are read as codes, written unpacked and read again.
    private double PassBytes => _layout.Table.WeightBytes + 2.0 * _matrixType.Size() * _layout.Table.Parameters.Where(p => p.Format is not null).Sum(p => p.Count);

    // Weights of policy and reference, and their copy.
    private void AddScoring(string name, IReadOnlyList<SequenceLengths> rows, double times = 1)
    {
        if (rows.Count == 0) return;
        long tokens = (long)(times * rows.Sum(r => (long)r.Rows));
        _phases.Add(new PhaseEstimate(name, tokens, Forward * Parameters * tokens, 2 * WeightBytes + PackedBytes)
        {
            AttentionOperations = times * AttentionForward * rows.Sum(r => (double)r.Rows * r.Positions),
        });
    }

    private void AddSampling(string name, IReadOnlyList<SequenceLengths> rows, double times = 1)
    {
        SamplerMemory cache = new(_model.Config, rows.Max(r => r.Positions), _activations);
        long tokens = (long)(times * rows.Sum(r => (long)r.Rows));
        double positions = times * rows.Sum(r => (double)r.Scored * r.Positions), steps = times * rows.Sum(r => (double)r.Scored) / new GeneratorLimits().LiveSequences;
        _phases.Add(new PhaseEstimate(name, tokens, Forward * Parameters * tokens, WeightBytes + PackedBytes + cache.CacheBytes)
        {
            AttentionOperations = times * AttentionForward * rows.Sum(r => (double)r.Rows * r.Positions),
            // Each step reads the weights once for all live responses; each new token reads its sequence's keys and values, counted as if it were at its full length.
            TrafficBytes = steps * PassBytes + positions * cache.BytesPerToken,
        });
    }
}
