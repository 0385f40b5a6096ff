using Spa.Engine.Compute;
using Spa.Engine.Compute.Cpu;
using Spa.Engine.Models;
using Spa.Engine.Preference;
using Spa.Engine.Tests.Compute;
using Spa.Engine.Tests.Models;
using Spa.Engine.Tests.Preference;
using Spa.Engine.Tests.Support;
using Spa.Engine.Training;
using Spa.Engine.Training.Optimizers;

namespace Spa.Engine.Tests.Training;

/// <summary>What must not change a trained weight: threads, vector width, checkpointing of activations, where reference log-probs come from, packing.</summary>
internal sealed class TrainingIndependenceTests
{
    [TestCase(1)]
    [TestCase(2)]
    [TestCase(3)]
    public void Thread_count_changes_no_bit(int threads)
    {
        using TrainingBench expected = new(refinement: TrainingBench.Refinement), actual = new(refinement: TrainingBench.Refinement, options: new CpuOptions { Threads = threads });
        actual.Run().AssertSame(expected.Run(), $"{threads} threads");
    }

    [Test]
    public void Thread_count_changes_no_bit_of_any_optimiser([Values] OptimizerKind optimizer)
    {
        TrainerSettings settings = TrainingBench.Settings with { Optimizer = optimizer };
        using TrainingBench expected = new(settings, TrainingBench.Refinement, type: DType.BFloat16);
        expected.Run();
        foreach (int threads in new[] { 1, 3 })
        {
            using TrainingBench actual = new(settings, TrainingBench.Refinement, type: DType.BFloat16, options: new CpuOptions { Threads = threads });
            actual.Run().AssertSame(expected, $"{threads} threads");
        }
    }

    [Test]
    public void Vector_width_changes_no_bit()
    {
        using TrainingBench expected = new(refinement: TrainingBench.Refinement);
        expected.Run();
        foreach (SimdLevel simd in SimdLevels.Available)
        {
            using TrainingBench actual = new(refinement: TrainingBench.Refinement, options: new CpuOptions { Threads = 1, Simd = simd });
            actual.Run().AssertSame(expected, $"{simd}");
        }
    }

    [Test]
    public void Gradient_checkpointing_changes_no_bit([Values] bool bf16)
    {
        DType type = bf16 ? DType.BFloat16 : DType.Float32;
        using TrainingBench expected = new(refinement: TrainingBench.Refinement, type: type);
        using TrainingBench actual = new(TrainingBench.Settings with { GradientCheckpointing = true }, TrainingBench.Refinement, type: type);
        actual.Run().AssertSame(expected.Run(), "checkpointed");
    }

    [TestCase(0)]
    [TestCase(0.5)]
    public void Precomputed_reference_log_probs_equal_the_reference_forward_in_every_bit(double lambda)
    {
        RefinementSettings refinement = TrainingBench.Refinement with { Extrapolation = lambda };
        PreferenceExample[] pairs = TrainingBench.Pairs();
        using TrainingBench expected = new(refinement: refinement), source = new();
        using (Model reference = TinyModel.Create(source.Backend, 100))
        using (var scorer = new Scorer(reference, null, 0, 64))
        {
            scorer.Score([.. pairs.Select(p => new ScoreItem(p.Prompt, [p.Chosen, p.Rejected]))],
                (i, s) => pairs[i] = pairs[i] with { ReferenceChosen = s[0].Logp, ReferenceRejected = s[1].Logp });
        }
        using TrainingBench actual = new(refinement: refinement, examples: pairs, withReference: lambda != 0);
        actual.Run().AssertSame(expected.Run(), "precomputed");
    }

    [Test]
    public void Splitting_an_update_into_micro_batches_changes_no_gradient_bit_of_an_untied_model()
    {
        // Every weight gradient is one chain of fused multiply-adds over tokens in order, whether it goes on in the next micro-batch or not. 8 pairs make
        // every share 1/8 exact.
        float[][] gradients = [.. new[] { (8, 1), (4, 2), (2, 4), (1, 8) }.Select(split => Gradient(split.Item1, split.Item2, tied: false))];
        for (int i = 1; i < gradients.Length; i++) Everywhere.AssertSameBits(gradients[i], gradients[0], $"split {i}");
    }

    [Test]
    public void Splitting_an_update_of_a_tied_model_changes_gradients_by_rounding_only()
    {
        // Head and embedding add to one matrix: their order alternates with micro-batches. Two roundings of 6e-8 per addend, some hundred addends.
        float[] whole = Gradient(8, 1, tied: true);
        foreach ((int size, int count) in new[] { (4, 2), (1, 8) }) Assert.That(Gradient(size, count, tied: true), new CloseTo(whole, 1e-5));
    }

    [Test]
    public void Training_with_another_split_gives_the_same_weights_and_loss()
    {
        TrainerSettings Split(int size, int count) => TrainingBench.Settings with { MicroBatch = size, Accumulation = count };
        PreferenceExample[] pairs = TrainingBench.Pairs(16);
        using TrainingBench expected = new(Split(4, 1), TrainingBench.Refinement, examples: pairs);
        expected.Run();
        foreach ((int size, int count) in new[] { (2, 2), (1, 4) })
        {
            using TrainingBench actual = new(Split(size, count), TrainingBench.Refinement, examples: pairs);
            actual.Run();
            Everywhere.AssertSameBits(actual.Weights(), expected.Weights(), $"{size} x {count}");
            // Means over pairs of a micro-batch, then over micro-batches: the same pairs summed in another order.
            foreach ((TrainingRecord a, TrainingRecord b) in actual.Records.Zip(expected.Records)) Assert.That(a["loss"], Is.EqualTo(b["loss"]).Within(1e-14));
        }
    }

    [Test]
    public void A_pair_has_the_same_loss_and_margin_in_any_company()
    {
        TrainerSettings one = TrainingBench.Settings with { MicroBatch = 1 }, many = TrainingBench.Settings with { MicroBatch = 14 };
        using TrainingBench alone = new(one, TrainingBench.Refinement), together = new(many, TrainingBench.Refinement);
        var metrics = new MetricSums(alone.Task.MetricNames);
        for (int i = 0; i < 14; i++)
        {
            alone.Task.BeginUpdate([i], new UpdateContext(5, 10, 1));
            alone.Task.RunMicroBatch([i], metrics);
            alone.Task.EndUpdate(metrics);
        }
        together.Task.BeginUpdate([.. Enumerable.Range(0, 14)], new UpdateContext(5, 10, 1));
        together.Task.RunMicroBatch([.. Enumerable.Range(0, 14).Reverse()], metrics);
        together.Task.EndUpdate(metrics);
        Assert.That(together.Task.LatestMargins, Is.EqualTo(alone.Task.LatestMargins));
        Assert.That(alone.Task.LatestMargins, Is.Unique);
    }

    [Test]
    public void Label_smoothing_of_plain_dpo_applies_to_every_pair()
    {
        const double Smoothing = 0.2;
        TrainerSettings settings = TrainingBench.Settings with { MicroBatch = 1 };
        using TrainingBench plain = new(settings), smoothed = new(settings, labelSmoothing: Smoothing);
        int slot = plain.Task.MetricNames.ToList().IndexOf("rewards/margins");
        for (int i = 0; i < plain.Task.Count; i++)
        {
            MetricSums of = new(plain.Task.MetricNames), with = new(plain.Task.MetricNames);
            foreach ((TrainingBench bench, MetricSums metrics) in new[] { (plain, of), (smoothed, with) })
            {
                bench.Task.BeginUpdate([i], new UpdateContext(0, 1, 1));
                bench.Task.RunMicroBatch([i], metrics);
            }
            double margin = of[slot] / 0.1;
            // The metric is beta D, so D is recovered to a rounding or two.
            Assert.That(of[0], Is.EqualTo(PairLoss.Refined(margin, 0.1, 0).Loss).Within(1e-13));
            Assert.That(with[0], Is.EqualTo(PairLoss.Refined(margin, 0.1, Smoothing).Loss).Within(1e-13));
        }
    }

    [TestCase(0, FlagEffect.Smooth, 0.1, 0)]
    [TestCase(0, FlagEffect.Drop, 0.1, 0)]
    [TestCase(0.5, FlagEffect.Smooth, 0, 0)]
    [TestCase(0.5, FlagEffect.Smooth, 0.1, 21)]
    [TestCase(0.5, FlagEffect.Flip, 0, 21)]
    public void Where_nothing_is_extrapolated_known_log_probs_spare_every_forward_of_the_reference(double lambda, FlagEffect flagged, double alpha, long forwards)
    {
        RefinementSettings refinement = TrainingBench.Refinement with { Extrapolation = lambda, Flagged = flagged, LabelSmoothing = alpha };
        PreferenceExample[] known = [.. TrainingBench.Pairs().Select((p, i) => p with { ReferenceChosen = -10 - i, ReferenceRejected = -12.5 })];
        using TrainingBench bench = new(refinement: refinement, examples: known);
        bench.Run();
        Assert.That(bench.Task.ReferenceForwards, Is.EqualTo(forwards), "14 pairs, 2 a micro-batch, 3 epochs");
    }

    private static float[] Gradient(int microBatch, int count, bool tied)
    {
        TrainerSettings settings = TrainingBench.Settings with { MicroBatch = microBatch, Accumulation = count };
        using TrainingBench bench = new(settings, tied: tied, examples: TrainingBench.Pairs(8));
        var metrics = new MetricSums(bench.Task.MetricNames);
        int[] all = [.. Enumerable.Range(0, 8)];
        bench.Task.BeginUpdate(all, new UpdateContext(0, 1, count));
        for (int i = 0; i < count; i++) bench.Task.RunMicroBatch(all.AsSpan(i * microBatch, microBatch), metrics);
        var gradient = new float[bench.Policy.Gradients.Flat.Count];
        bench.Backend.Download<float>(gradient, bench.Policy.Gradients.Flat);
        return gradient;
    }
}
