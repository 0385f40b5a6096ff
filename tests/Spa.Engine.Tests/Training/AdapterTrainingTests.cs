using Spa.Engine.Compute;
using Spa.Engine.Compute.Cpu;
using Spa.Engine.Models;
using Spa.Engine.Models.Adapters;
using Spa.Engine.Pipeline;
using Spa.Engine.Tests.Compute;
using Spa.Engine.Tests.Formats;
using Spa.Engine.Tests.Models;
using Spa.Engine.Training;

namespace Spa.Engine.Tests.Training;

/// <summary>Training of an adapter: the base stands still, packing and interruptions change no bit, a warm update allocates nothing.</summary>
[NonParallelizable]
internal sealed class AdapterTrainingTests
{
    private static readonly TrainerSettings s_settings = TrainingBench.Settings with { GradientCheckpointing = false };

    private static readonly QuantisedFormat s_nf4 = new(WeightCode.Nf4, IsNested: true);

    [Test]
    public void The_base_stands_still_and_turned_off_it_is_the_reference([Values] bool dora, [Values] bool quantised)
    {
        using var bench = new Bench(dora, 0.1, format: quantised ? s_nf4 : null);
        float[] before = TinyModel.Weights(bench.Base), adapter = bench.Weights();
        bench.Run();
        Everywhere.AssertSameBits(TinyModel.Weights(bench.Base), before, "base");
        Assert.That(bench.Weights(), Is.Not.EqualTo(adapter));
        Assert.That(bench.Records[0]["rewards/margins"], Is.EqualTo(0).Within(1e-6), "a new adapter adds nothing");
        Assert.That(bench.Records[^1]["rewards/margins"], Is.GreaterThan(0.05), "and learns");
    }

    [Test]
    public void Packed_pairs_have_the_bits_of_single_ones([Values] bool dora, [Values(0, 0.3)] double dropout, [Values] bool checkpointed)
    {
        TrainerSettings settings = s_settings with { MaxSteps = 3 };
        using Bench packed = new Bench(dora, dropout, settings).Run();
        using Bench single = new Bench(dora, dropout, settings with { MicroBatch = 1, Accumulation = 4, GradientCheckpointing = checkpointed }).Run();
        Everywhere.AssertSameBits(single.Weights(), packed.Weights(), "adapter");
    }

    [Test]
    public void A_stage_that_was_stopped_ends_with_the_same_bits([Values] bool dora, [Values(1, 5, 11)] int stop, [Values] bool quantised)
    {
        QuantisedFormat? format = quantised ? s_nf4 : null;
        using Bench expected = new Bench(dora, 0.2, format: format).Run();
        using TempFolder folder = new();
        using (var first = new Bench(dora, 0.2, format: format)) first.RunAndStop(stop, folder.Path);
        using var second = new Bench(dora, 0.2, format: format);
        TrainingCheckpoint.Restore(folder.Path, "key", second.Trainer, second.Policy, second.Task);
        Assert.That(second.Trainer.Step, Is.EqualTo(stop));
        Everywhere.AssertSameBits(second.Run().Weights(), expected.Weights(), "adapter");
    }

    [Test]
    public void A_warm_update_allocates_nothing([Values] bool dora, [Values] bool quantised)
    {
        using var bench = new Bench(dora, 0.1, s_settings with { Epochs = 40 }, quantised ? s_nf4 : null);
        for (int i = 0; i < 30; i++) bench.Trainer.RunUpdate();
        long least = long.MaxValue;
        for (int i = 0; i < 5; i++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int update = 0; update < 4; update++) bench.Trainer.RunUpdate();
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }
        Assert.That(least, Is.Zero);
    }

    private sealed class Bench : IDisposable
    {
        private readonly CpuBackend _backend = new(new CpuOptions { Threads = 2 });
        private readonly TrainerSettings _settings;
        private readonly Model _reference;

        public Bench(bool dora, double dropout, TrainerSettings? settings = null, QuantisedFormat? format = null)
        {
            _settings = (settings ?? s_settings) with { LearningRate = 1e-2 };
            Base = TinyModel.Create(_backend, format: format);
            Model = AdapterFiles.Create(Base, new AdapterSettings { Rank = 3, Alpha = 6, Dropout = dropout, UseDora = dora, TargetModules = ["all-linear"] }, 5);
            _reference = Model.WithoutAdapter();
            Policy = new PolicyState(Model);
            Task = new PreferenceTask(Policy, _reference, TrainingBench.Pairs(), _settings, new PreferenceObjective { Beta = 0.1 });
            Trainer = new Trainer(Policy, Task, _settings);
        }

        public Model Base { get; }

        public Model Model { get; }

        public PolicyState Policy { get; }

        public PreferenceTask Task { get; }

        public Trainer Trainer { get; }

        public List<TrainingRecord> Records { get; } = [];

        public Bench Run()
        {
            Trainer.Run(RunLog.Silent, "test", Records.Add, () => { }, CancellationToken.None);
            return this;
        }

        public void RunAndStop(int updates, string checkpoints)
        {
            using var cancel = new CancellationTokenSource();
            var trainer = new Trainer(Policy, new HookedTask(Task, done => { if (done == updates) cancel.Cancel(); }), _settings);
            Assert.Throws<OperationCanceledException>(() => trainer.Run(RunLog.Silent, "test", Records.Add,
                () => TrainingCheckpoint.Save(checkpoints, "key", trainer, Policy, Task, 1), cancel.Token));
        }

        public float[] Weights() => [.. Model.Trainable.Parameters.SelectMany(p => Everywhere.ReadAny(_backend, Model.TrainableWeight(p)))];

        public void Dispose()
        {
            Task.Dispose();
            Policy.Dispose();
            _reference.Dispose();
            Model.Dispose();
            Base.Dispose();
            _backend.Dispose();
        }
    }
}
