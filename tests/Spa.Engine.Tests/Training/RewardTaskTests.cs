using System.Text.Json.Nodes;
using Spa.Engine.Compute;
using Spa.Engine.Compute.Cpu;
using Spa.Engine.Models;
using Spa.Engine.Models.Families;
using Spa.Engine.Pipeline;
using Spa.Engine.Tests.Compute;
using Spa.Engine.Tests.Formats;
using Spa.Engine.Tests.Models;
using Spa.Engine.Training;

namespace Spa.Engine.Tests.Training;

/// <summary>Reward models against <see cref="ReferenceDecoder"/> with a head of one row, on every backend.</summary>
[TestFixtureSource(typeof(OpTests), nameof(OpTests.Tested))]
internal sealed class RewardTaskTests(TestedBackend tested)
{
    // Padding that no response holds but one, which ends with it.
    private const int Pad = 1;

    private static readonly RewardObjective s_objective = new(0.05);

    [Test]
    public void Rewards_equal_the_float64_reference_packed_and_alone()
    {
        using ComputeBackend backend = tested.Create();
        using Model model = Create(backend);
        ReferenceDecoder reference = new(Config(), Weights(model));
        using var scorer = new RewardScorer(model, 64);
        ScoreItem[] items = [.. Pairs().Select(p => new ScoreItem(p.Prompt, [p.Chosen, p.Rejected]))];
        scorer.Score(items, (i, rewards) =>
        {
            for (int r = 0; r < 2; r++)
            {
                Assert.That(rewards[r], Is.EqualTo(Reward(reference, items[i].Prompt, items[i].Responses[r])).Within(2e-5), $"{i} {r}");
                using var alone = new RewardScorer(model, 64, batchTokens: 1);
                alone.Score([items[i] with { Responses = [items[i].Responses[r]] }], (_, single) => Assert.That(single[0], Is.EqualTo(rewards[r])));
            }
        });
    }

    [Test]
    public void Gradients_of_a_step_equal_finite_differences_of_the_reference_loss()
    {
        using ComputeBackend backend = tested.Create();
        using Model model = Create(backend);
        using var policy = new PolicyState(model);
        RewardExample[] pairs = Pairs();
        using var task = new RewardTask(policy, pairs, TrainingBench.Settings with { MicroBatch = 4, GradientCheckpointing = true }, s_objective);
        var metrics = new MetricSums(task.MetricNames);
        task.BeginUpdate([0, 1, 2, 3], new UpdateContext(0, 1, 1));
        task.RunMicroBatch([0, 1, 2, 3], metrics);
        Dictionary<string, double[]> weights = Weights(model);
        ReferenceDecoder reference = new(Config(), weights);
        double Loss() => pairs.Average(p => s_objective.Of(Reward(reference, p.Prompt, p.Chosen), Reward(reference, p.Prompt, p.Rejected), p.Margin).Loss);
        Assert.That(metrics[0], Is.EqualTo(Loss()).Within(1e-5));
        foreach (Parameter p in model.Table.Parameters)
        {
            var gradient = new float[p.Count];
            backend.Download<float>(gradient, ParameterTable.InFlat(policy.Gradients.Flat, p));
            float largest = gradient.Max(Math.Abs);
            foreach (int at in new[] { Array.FindIndex(gradient, x => Math.Abs(x) == largest), gradient.Length / 2 })
            {
                double[] values = weights[p.Name];
                (double was, double step) = (values[at], 1e-5);
                values[at] = was + step;
                double above = Loss();
                values[at] = was - step;
                double below = Loss();
                values[at] = was;
                Assert.That(gradient[at], Is.EqualTo((above - below) / (2 * step)).Within(1e-4 * largest + 1e-6), $"{p.Name} {at}");
            }
        }
    }

    [Test]
    public void Training_orders_the_pairs_and_metrics_say_so([Values] bool bf16)
    {
        using ComputeBackend backend = tested.Create();
        using Model model = Create(backend, bf16 ? DType.BFloat16 : DType.Float32);
        using var policy = new PolicyState(model);
        TrainerSettings settings = TrainingBench.Settings with { Epochs = tested == TestedBackend.Cpu ? 30 : 8, LearningRate = 3e-3, MicroBatch = 2, Accumulation = 2 };
        using var task = new RewardTask(policy, Pairs(), settings, s_objective);
        List<TrainingRecord> records = [];
        new Trainer(policy, task, settings).Run(RunLog.Silent, "test", records.Add, () => { }, CancellationToken.None);
        TrainingRecord last = records[^1];
        Assert.That(last["accuracy"], Is.EqualTo(1));
        Assert.That(last["margin"], Is.GreaterThan(records[0]["margin"] + 0.5));
        Assert.That(last["loss"], Is.LessThan(records[0]["loss"]));
        Assert.That(last["min_reward"], Is.LessThan(last["mean_reward"]).And.LessThan(last["max_reward"]));
    }

    [Test]
    public void A_stage_taken_up_from_its_checkpoint_ends_with_the_same_bits()
    {
        if (tested != TestedBackend.Cpu) Assert.Ignore("resuming is the trainer's, whatever the backend");
        TrainerSettings settings = TrainingBench.Settings with { LoggingSteps = 3, MicroBatch = 1 };
        float[] Run(Action<Trainer, PolicyState, RewardTask> use)
        {
            using var backend = new CpuBackend(new CpuOptions { Threads = 2 });
            using Model model = Create(backend);
            using var policy = new PolicyState(model);
            using var task = new RewardTask(policy, Pairs(), settings, s_objective);
            use(new Trainer(policy, task, settings), policy, task);
            return TinyModel.Weights(model);
        }

        using TempFolder folder = new();
        float[] expected = Run((trainer, _, _) => trainer.Run(RunLog.Silent, "t", _ => { }, () => { }, CancellationToken.None));
        Run((trainer, policy, task) =>
        {
            for (int i = 0; i < 4; i++) trainer.RunUpdate();
            TrainingCheckpoint.Save(folder.Path, "key", trainer, policy, task, 0);
        });
        float[] resumed = Run((trainer, policy, task) =>
        {
            TrainingCheckpoint.Restore(folder.Path, "key", trainer, policy, task);
            Assert.That(trainer.Step, Is.EqualTo(4));
            trainer.Run(RunLog.Silent, "t", _ => { }, () => { }, CancellationToken.None);
        });
        Everywhere.AssertSameBits(resumed, expected, "weights");
    }

    [Test]
    public void A_warm_update_allocates_nothing()
    {
        if (tested != TestedBackend.Cpu) Assert.Ignore("counted on the CPU");
        using var backend = new CpuBackend(new CpuOptions { Threads = 1 });
        using Model model = Create(backend);
        using var policy = new PolicyState(model);
        using var task = new RewardTask(policy, Pairs(), TrainingBench.Settings with { Epochs = 100 }, s_objective);
        var trainer = new Trainer(policy, task, TrainingBench.Settings with { Epochs = 100 });
        for (int i = 0; i < 20; i++) trainer.RunUpdate();
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 8; i++) trainer.RunUpdate();
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
    }

    private static double Reward(ReferenceDecoder reference, int[] prompt, int[] response)
    {
        int[] ids = [.. prompt, .. response];
        return reference.Rewards(ids)[Array.FindLastIndex(ids, id => id != Pad)];
    }

    // Of odd lengths; the last chosen response ends with padding, the last rejected one is nothing else.
    private static RewardExample[] Pairs()
    {
        var random = new Random(5);
        int[] Ids(int n) => TinyModel.Ids(random, n);
        return
        [
            new RewardExample(Ids(7), Ids(3), Ids(1)), new RewardExample(Ids(1), Ids(1), Ids(9), Margin: 0.5), new RewardExample(Ids(12), Ids(6), Ids(5), Margin: -0.25),
            new RewardExample(Ids(4), [.. Ids(4), Pad], [Pad]),
        ];
    }

    private static JsonObject Config()
    {
        JsonObject language = TinyModel.Config(positions: 64);
        return RewardConfig.Of(language, ModelFamily.Find(new ConfigReader(language, "config.json")), Pad);
    }

    private static Model Create(ComputeBackend backend, DType type = DType.Float32) => TinyModel.Create(backend, 3, Config(), type);

    private static Dictionary<string, double[]> Weights(Model model) => model.Table.Parameters.ToDictionary(p => p.Name, p =>
    {
        var values = new float[p.Count];
        model.Backend.Download<float>(values, model.Weight(p));
        return Array.ConvertAll(values, x => (double)x);
    });
}
