using Spa.Engine.Data;
using Spa.Engine.Models;
using Spa.Engine.Tests.Models;
using Spa.Engine.Training;

namespace Spa.Engine.Tests.Training;

internal sealed class TrainerTests
{
    [Test]
    public void Every_example_is_seen_once_an_epoch_and_the_last_update_may_be_smaller()
    {
        using TrainingBench bench = new(TrainingBench.Settings with { LoggingSteps = 1 }, TrainingBench.Refinement);
        bench.Run();
        int perEpoch = TrainingBench.Pairs().Sum(p => 2 * p.Prompt.Length + p.Chosen.Length + p.Rejected.Length);
        Assert.That(bench.Records.Select(r => r.Step), Is.EqualTo(Enumerable.Range(1, 12)));
        Assert.That(bench.Records[3]["num_tokens"], Is.EqualTo(perEpoch), "4, 4, 4 and 2 pairs are an epoch");
        Assert.That(bench.Records[^1]["num_tokens"], Is.EqualTo(3 * perEpoch));
        Assert.That(bench.Records[^1].Epoch, Is.EqualTo(3));
        Assert.That(bench.Task.LatestMargins, Is.All.Not.NaN);
    }

    [Test]
    public void A_NaN_weight_stops_the_run_and_names_update_rows_and_tensor()
    {
        using TrainingBench bench = new(TrainingBench.Settings with { Shuffle = false });
        bench.Trainer.RunUpdate();
        Poison(bench, "model.layers.1.mlp.down_proj.weight");
        float[] before = bench.Weights();
        SpaException error = Assert.Throws<SpaException>(bench.Trainer.RunUpdate)!;
        Assert.That(error.Message, Does.Match("^update 2: the gradient of model.embed_tokens.weight is not finite \\(loss NaN, gradient norm NaN\\) on pairs 4, 5, 6, 7; lower the learning rate or check the weights$"));
        Assert.That(bench.Trainer.Step, Is.EqualTo(1));
        Assert.That(bench.Weights(), Is.EqualTo(before), "no weight is touched by the update that failed");
    }

    [Test]
    public void A_NaN_in_a_gradient_alone_is_found_too()
    {
        using TrainingBench bench = new(TrainingBench.Settings with { Shuffle = false, MicroBatch = 2, Accumulation = 1 });
        var task = new HookedTask(bench.Task, _ => bench.Backend.Upload<float>(ParameterTable.InFlat(bench.Policy.Gradients.Flat, bench.Model.Table["model.norm.weight"]),
            [.. Enumerable.Repeat(float.NaN, 24)]));
        var trainer = new Trainer(bench.Policy, task, TrainingBench.Settings with { Shuffle = false, MicroBatch = 2, Accumulation = 1 });
        Assert.That(trainer.RunUpdate, Throws.TypeOf<SpaException>().With.Message.Match("^update 1: the gradient of model.norm.weight is not finite \\(loss 0\\.\\d+, gradient norm NaN\\) on pairs 0, 1;"));
    }

    [Test]
    public void Supervised_loss_is_the_mean_over_scored_tokens_of_an_update_whatever_its_split()
    {
        var random = new Random(9);
        TokenizedExample[] examples = [.. Enumerable.Range(0, 8).Select(i => Example(TinyModel.Ids(random, 3 + 2 * i), 1 + i / 2))];
        float[][] weights = [.. new[] { (8, 1), (2, 4), (1, 8) }.Select(split =>
        {
            using var backend = new Spa.Engine.Compute.Cpu.CpuBackend(new() { Threads = 2 });
            using Model model = TinyModel.Create(backend);
            using var policy = new PolicyState(model);
            TrainerSettings settings = TrainingBench.Settings with { MicroBatch = split.Item1, Accumulation = split.Item2, Epochs = 2 };
            using var task = new SftTask(policy, examples, settings);
            var records = new List<TrainingRecord>();
            new Trainer(policy, task, settings).Run(RunLog.Silent, "test", records.Add, () => { }, CancellationToken.None);
            using Model start = TinyModel.Create(backend);
            using var fresh = new Scorer(start, null, 0, 64);
            double loss = 0, tokens = 0;
            fresh.Score([.. examples.Select(e => new ScoreItem(e.Tokens[..Array.IndexOf(e.Scored, true)], [e.Tokens[Array.IndexOf(e.Scored, true)..]]))], (_, s) =>
            {
                loss -= s[0].Logp;
                tokens += s[0].TokenLogps.Length;
            });
            Assert.That(records[0]["loss"], Is.EqualTo(loss / tokens).Within(1e-9));
            return TinyModel.Weights(model);
        })];
        Spa.Engine.Tests.Compute.Everywhere.AssertSameBits(weights[1], weights[0], "2 x 4");
        Spa.Engine.Tests.Compute.Everywhere.AssertSameBits(weights[2], weights[0], "1 x 8");
    }

    [Test]
    public void An_example_longer_than_the_context_is_refused_before_training()
    {
        PreferenceExample tooLong = new(new int[250], [2, 3, 4, 5], [2, 3, 4, 5, 6, 7, 8]);
        Assert.That(() => new TrainingBench(examples: [tooLong]), Throws.TypeOf<SpaException>()
            .With.Message.EqualTo("the longest example has 257 tokens, the model takes 256; lower max_length"));
    }

    private static TokenizedExample Example(int[] tokens, int prompt) => new(tokens, [.. tokens.Select((_, i) => i >= prompt)], Complete: true);

    private static void Poison(TrainingBench bench, string name)
    {
        Parameter p = bench.Model.Table[name];
        var values = new float[p.Count];
        values[5] = float.NaN;
        bench.Backend.Upload<float>(bench.Model.Weight(p), values);
    }
}
