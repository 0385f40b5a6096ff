using BenchmarkDotNet.Attributes;
using Spa.Engine.Compute.Cpu;
using Spa.Engine.Models;
using Spa.Engine.Training;

namespace Spa.Benchmarks;

/// <summary>
/// One DPO update of a SmolLM2-135M shape: 4 pairs of two 192-token sequences, 64 tokens of them the shared prompt; reference forward,
/// backward, clipping and AdamW included. The rate counts all 1,536 tokens as if nothing were shared, as a padded trainer would see them;
/// GFLOP/s takes 8 N per token, so more than a GEMM's rate means work that was saved.
/// </summary>
[Config(typeof(PhaseConfig))]
public class TrainingStepBenchmark
{
    private const int Pairs = 4, Prompt = 64, Sequence = 192;

    private CpuBackend _backend = null!;
    private Model _model = null!, _reference = null!;
    private PolicyState _state = null!;
    private PreferenceTask _task = null!;
    private Trainer _trainer = null!;

    [Params(2)]
    public int Threads { get; set; }

    [ParamsAllValues]
    public bool Checkpointing { get; set; }

    [ParamsSource(nameof(Works))]
    public PhaseWork Work { get; set; } = null!;

    public static IEnumerable<PhaseWork> Works => [new("DPO update", 2 * Pairs * Sequence, 8)];

    [GlobalSetup]
    public void Setup()
    {
        _backend = new CpuBackend(new CpuOptions { Threads = Threads });
        _model = SmolLm2Shape.Create(_backend);
        _reference = _model.Clone();
        _state = new PolicyState(_model);
        PreferenceExample[] pairs = [.. Enumerable.Range(0, Pairs).Select(i => new PreferenceExample(SmolLm2Shape.Tokens(3 * i, Prompt),
            SmolLm2Shape.Tokens(3 * i + 1, Sequence - Prompt), SmolLm2Shape.Tokens(3 * i + 2, Sequence - Prompt)))];
        var settings = new TrainerSettings { MicroBatch = Pairs, MaxSteps = 100_000, LearningRate = 1e-6, GradientCheckpointing = Checkpointing };
        _task = new PreferenceTask(_state, _reference, pairs, settings, new PreferenceObjective { Beta = 0.1 });
        _trainer = new Trainer(_state, _task, settings);
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _task.Dispose();
        _state.Dispose();
        _reference.Dispose();
        _model.Dispose();
        _backend.Dispose();
    }

    [Benchmark]
    public void Update() => _trainer.RunUpdate();
}
