using Spa.Engine.Compute;
using Spa.Engine.Compute.Cpu;
using Spa.Engine.Models;
using Spa.Engine.Pipeline;
using Spa.Engine.Preference;
using Spa.Engine.Tests.Compute;
using Spa.Engine.Tests.Models;
using Spa.Engine.Training;

namespace Spa.Engine.Tests.Training;

/// <summary>A tiny model in training on random pairs, with a reference that differs from it where the loss needs one.</summary>
internal sealed class TrainingBench : IDisposable
{
    public static readonly RefinementSettings Refinement = new() { Extrapolation = 0.5, WarmupRatio = 0.1, NoiseQuantile = 0.25 };

    public static readonly TrainerSettings Settings = new()
    {
        Epochs = 3,
        MicroBatch = 2,
        Accumulation = 2,
        LearningRate = 3e-3,
        Schedule = ScheduleKind.Cosine,
        WarmupRatio = 0.1,
        WeightDecay = 0.01,
        LoggingSteps = 1,
        SaveSteps = 0,
    };

    private readonly Model? _reference;
    private readonly TrainerSettings _settings;

    public TrainingBench(TrainerSettings? settings = null, RefinementSettings? refinement = null, bool tied = false, DType type = DType.Float32, CpuOptions? options = null,
        PreferenceExample[]? examples = null, bool withReference = true, double labelSmoothing = 0)
    {
        Backend = new CpuBackend(options ?? new CpuOptions { Threads = 2 });
        Model = TinyModel.Create(Backend, 1, TinyModel.Config(tied: tied), type);
        _reference = withReference ? TinyModel.Create(Backend, 100, TinyModel.Config(tied: tied), type) : null;
        Policy = new PolicyState(Model, (settings ?? Settings).Optimizer, (settings ?? Settings).Seed);
        _settings = settings ?? Settings;
        Task = new PreferenceTask(Policy, _reference, examples ?? Pairs(), _settings, new PreferenceObjective { Beta = 0.1, LabelSmoothing = labelSmoothing }, refinement);
        Trainer = new Trainer(Policy, Task, _settings);
    }

    public CpuBackend Backend { get; }

    public Model Model { get; }

    public PolicyState Policy { get; }

    public PreferenceTask Task { get; }

    public Trainer Trainer { get; }

    public List<TrainingRecord> Records { get; } = [];

    /// <summary>Pairs of odd lengths, all different.</summary>
    public static PreferenceExample[] Pairs(int count = 14)
    {
        var random = new Random(21);
        return [.. Enumerable.Range(0, count).Select(i => new PreferenceExample(TinyModel.Ids(random, 1 + i % 9), TinyModel.Ids(random, 1 + i * 5 % 13), TinyModel.Ids(random, 2 + i * 3 % 11)))];
    }

    /// <summary>Trains to the end.</summary>
    public TrainingBench Run()
    {
        Trainer.Run(RunLog.Silent, "test", Records.Add, () => { }, CancellationToken.None);
        return this;
    }

    /// <summary>Goes on from the latest checkpoint, if there is one, until it is asked to stop during its n-th update; the loop writes a checkpoint then.</summary>
    public void RunAndStop(int updates, string checkpoints)
    {
        using var cancel = new CancellationTokenSource();
        var trainer = new Trainer(Policy, new HookedTask(Task, done => { if (done == updates) cancel.Cancel(); }), _settings);
        TrainingCheckpoint.Restore(checkpoints, "key", trainer, Policy, Task);
        Assert.Throws<OperationCanceledException>(() => trainer.Run(RunLog.Silent, "test", Records.Add,
            () => TrainingCheckpoint.Save(checkpoints, "key", trainer, Policy, Task, 1), cancel.Token));
    }

    public void Restore(string checkpoints) => TrainingCheckpoint.Restore(checkpoints, "key", Trainer, Policy, Task);

    public float[] Weights() => TinyModel.Weights(Model);

    /// <summary>Weights and every metric but the clock's.</summary>
    public void AssertSame(TrainingBench expected, string what)
    {
        Everywhere.AssertSameBits(Weights(), expected.Weights(), $"{what}: weights");
        AssertSameMetrics(Records, expected.Records, what);
    }

    public static void AssertSameMetrics(IReadOnlyList<TrainingRecord> actual, IReadOnlyList<TrainingRecord> expected, string what)
    {
        Assert.That(actual, Has.Count.EqualTo(expected.Count), what);
        for (int i = 0; i < actual.Count; i++) Assert.That(Text(actual[i]), Is.EqualTo(Text(expected[i])), $"{what}: record {i}");
    }

    public void Dispose()
    {
        Task.Dispose();
        Policy.Dispose();
        _reference?.Dispose();
        Model.Dispose();
        Backend.Dispose();
    }

    // Round-trip text shows every bit and names what differs.
    private static string Text(TrainingRecord record) =>
        string.Join('\n', record.Values.Where(v => !v.Key.StartsWith("perf/", StringComparison.Ordinal)).Select(v => $"{record.Step} {record.Epoch:R} {v.Key} {v.Value:R}"));
}
