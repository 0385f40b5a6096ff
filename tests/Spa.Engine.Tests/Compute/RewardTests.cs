using Spa.Engine.Compute;
using Spa.Engine.Preference;
using Spa.Engine.Tests.Preference;
using Spa.Engine.Tests.Support;

namespace Spa.Engine.Tests.Compute;

[TestFixtureSource(nameof(Tested))]
public sealed class RewardTests(TestedBackend tested) : OpTests(tested)
{
    private const double Beta = 0.3;

    // Pairs whose responses have 1 to 40 rows, one behind the other.
    private static readonly Gen<(int Pairs, int Seed)> s_cases = Gen.Select(Gen.Int[1, 9], Gen.Int[0, 1000]);

    // Double on both sides; exp and log of a device may differ in the last place, and sums have another order.
    private const double Tolerance = 1e-12;

    [Test]
    public void Scores_are_the_sums_of_each_response([Values(1, 0.5)] double tail, [Values] bool known) =>
        s_cases.Sample((pairs, seed) =>
        {
            int[] segments = Segments(pairs, seed, out int rows);
            float[][] logps = [.. Enumerable.Range(0, 3).Select(i => TestData.Normal(seed + i, rows, 4))];
            double[] reference = [.. Enumerable.Range(0, 2 * pairs).Select(i => known && i % 3 == 0 ? -i : double.NaN)];
            using ComputeBackend backend = CreateBackend();
            using TensorBox box = new(backend);
            Tensor scores = box.PoisonedDoubles(pairs, PairColumns.Scores);
            backend.RewardScores(scores, new PairRows
            {
                Segments = box.Ints(segments),
                Policy = box.Of(logps[0], rows, 1),
                Reference = box.Of(logps[1], rows, 1),
                Extrapolated = box.Of(logps[2], rows, 1),
                KnownReference = known ? box.Doubles(reference, pairs, 2) : default,
            }, tail);
            double[] found = box.ReadDoubles(scores);
            for (int i = 0; i < found.Length; i++)
            {
                int response = i / PairColumns.Scores * 2 + i % 2, shared = Math.Min(segments[2 * response + 1], segments[2 * (response ^ 1) + 1]);
                float[] own = logps[i % PairColumns.Scores / 2].AsSpan(segments[2 * response], segments[2 * response + 1]).ToArray();
                double expected = own.Select((x, at) => at < shared ? x : x * tail).Sum();
                if (i % PairColumns.Scores / 2 == 1 && !double.IsNaN(reference[response])) expected = reference[response];
                Assert.That(found[i], Is.EqualTo(expected).Within(1e-10), $"column {i % PairColumns.Scores} of pair {i / PairColumns.Scores}");
            }
        }, iter: Iterations(30), threads: 1);

    [Test]
    public void Sigmoid_is_the_refined_loss_of_the_pairs([Values] bool flagged) =>
        s_cases.Sample((pairs, seed) =>
        {
            PairLogProbs[] logProbs = LogProbs(pairs, seed);
            int[] flags = TestData.Integers(seed, pairs, 2);
            var step = new PairLossStep(PairLossKind.Sigmoid, Beta, 0.1, Scale: 0.25);
            (double[] results, float[] coefficients, int[] segments) = Loss(logProbs, flagged ? flags : null, seed, step);
            for (int i = 0; i < pairs; i++)
            {
                PairLoss expected = PairLoss.Refined(logProbs[i].Margin, Beta, flagged && flags[i] == 0 ? 0 : 0.1);
                double chosen = Beta * (logProbs[i].PolicyChosen - logProbs[i].ReferenceChosen), rejected = Beta * (logProbs[i].PolicyRejected - logProbs[i].ReferenceRejected);
                double[] row = results[(i * PairColumns.Results)..((i + 1) * PairColumns.Results)];
                double[] wanted = [chosen, rejected, chosen - rejected, Logistic.Sigmoid(chosen - rejected), chosen > rejected ? 1 : 0, expected.Loss, expected.DChosen, expected.DRejected];
                if (IsBitExact) Assert.That(row, Is.EqualTo(wanted));
                else Assert.That(row, Is.EqualTo(wanted).Within(Tolerance));
                float[] spread = coefficients.AsSpan(segments[4 * i], segments[4 * i + 1]).ToArray();
                Assert.That(spread, Is.All.EqualTo((float)(expected.DChosen * 0.25)).Within(IsBitExact ? 0 : 1e-7f));
            }
        }, iter: Iterations(30), threads: 1);

    [Test]
    public void Flagged_pairs_follow_the_extrapolated_margin_or_have_no_loss([Values(FlagEffect.Flip, FlagEffect.Drop)] FlagEffect effect) =>
        s_cases.Sample((pairs, seed) =>
        {
            PairLogProbs[] logProbs = LogProbs(pairs, seed);
            int[] flags = TestData.Integers(seed, pairs, 2);
            double[] results = Loss(logProbs, flags, seed, new PairLossStep(PairLossKind.Sigmoid, Beta, 0.1, Scale: 0.25, Flagged: effect)).Results;
            for (int i = 0; i < pairs; i++)
            {
                bool dropped = flags[i] != 0 && effect == FlagEffect.Drop, flipped = flags[i] != 0 && logProbs[i].ExtrapolatedMargin < 0;
                PairLoss expected = PairLoss.Refined(logProbs[i].Margin, Beta, flipped ? 1 : 0);
                double[] row = results[(i * PairColumns.Results + PairColumns.Loss)..((i + 1) * PairColumns.Results)];
                double[] wanted = dropped ? [0, 0, 0] : [expected.Loss, expected.DChosen, expected.DRejected];
                Assert.That(row, Is.EqualTo(wanted).Within(IsBitExact ? 0 : Tolerance));
            }
        }, iter: Iterations(30), threads: 1);

    [Test]
    public void Every_loss_has_the_derivative_of_its_mean([Values] PairLossKind kind, [Values] PairDivergence divergence)
    {
        const int Pairs = 4;
        PairLogProbs[] logProbs = LogProbs(Pairs, 11);
        var step = new PairLossStep(kind, Beta, 0.1, Scale: 1, Divergence: divergence, Alpha: 0.5, Tau: 0.4);
        double[] results = Loss(logProbs, null, 3, step).Results;
        double[] at = [.. logProbs.SelectMany(p => new[] { p.PolicyChosen, p.PolicyRejected })];
        double[] gradient = TestData.Gradient(at, x =>
        {
            PairLogProbs[] moved = [.. logProbs.Select((p, i) => p with { PolicyChosen = x[2 * i], PolicyRejected = x[2 * i + 1] })];
            double[] values = Loss(moved, null, 3, step).Results;
            return Enumerable.Range(0, Pairs).Sum(i => values[i * PairColumns.Results + PairColumns.Loss]);
        });
        for (int i = 0; i < Pairs; i++)
        {
            Assert.That(results[i * PairColumns.Results + 6], Is.EqualTo(gradient[2 * i]).Within(1e-6 * (1 + Math.Abs(gradient[2 * i]))), $"chosen of pair {i}");
            Assert.That(results[i * PairColumns.Results + 7], Is.EqualTo(gradient[2 * i + 1]).Within(1e-6 * (1 + Math.Abs(gradient[2 * i + 1]))), $"rejected of pair {i}");
        }
    }

    [Test]
    public void Losses_of_a_step_add_up_with_their_weights()
    {
        PairLogProbs[] logProbs = LogProbs(3, 5);
        PairLossStep sigmoid = new(PairLossKind.Sigmoid, Beta, 0, Scale: 1, Weight: 0.5), sft = new(PairLossKind.Sft, Beta, 0, Scale: 1, Weight: 2, Accumulate: true);
        double[] both = Loss(logProbs, null, 1, sigmoid, sft).Results, first = Loss(logProbs, null, 1, sigmoid).Results, second = Loss(logProbs, null, 1, sft with { Accumulate = false }).Results;
        for (int i = 0; i < both.Length; i++)
        {
            if (i % PairColumns.Results >= PairColumns.Loss) Assert.That(both[i], Is.EqualTo(first[i] + second[i]).Within(Tolerance));
        }
    }

    [Test]
    public void A_pairs_weight_multiplies_its_loss_and_is_the_probability_of_drawing_it() =>
        s_cases.Sample((pairs, seed) =>
        {
            int[] segments = Segments(pairs, seed, out int rows);
            float[] policy = TestData.Normal(seed, rows), squares = TestData.Normal(seed + 1, rows);
            using ComputeBackend backend = CreateBackend();
            using TensorBox box = new(backend);
            Tensor weights = box.PoisonedDoubles(pairs, 1);
            backend.RewardWeights(weights, box.Ints(segments), box.Of(policy, rows, 1), box.Of(squares, rows, 1));
            double[] found = box.ReadDoubles(weights);
            double Mean(int response) => Enumerable.Range(segments[2 * response], segments[2 * response + 1]).Average(r => (double)policy[r] - squares[r]);
            for (int i = 0; i < pairs; i++) Assert.That(found[i], Is.EqualTo(Math.Exp(Mean(2 * i) + Mean(2 * i + 1))).Within(1e-10).Percent);

            PairLossStep step = new(PairLossKind.Sigmoid, Beta, 0.1, Scale: 1);
            PairLogProbs[] logProbs = LogProbs(pairs, seed);
            double[] flat = [.. logProbs.SelectMany(p => new[] { p.PolicyChosen, p.PolicyRejected, p.ReferenceChosen, p.ReferenceRejected, p.ExtrapolatedChosen, p.ExtrapolatedRejected })];
            Tensor scores = box.Doubles(flat, pairs, PairColumns.Scores), plain = box.PoisonedDoubles(pairs, PairColumns.Results), weighted = box.PoisonedDoubles(pairs, PairColumns.Results);
            backend.RewardLoss(plain, box.Poisoned(rows, 1), scores, box.Ints(segments), default, step);
            backend.RewardLoss(weighted, box.Poisoned(rows, 1), scores, box.Ints(segments), default, step, weights);
            double[] one = box.ReadDoubles(plain), other = box.ReadDoubles(weighted);
            for (int i = 0; i < one.Length; i++)
                Assert.That(other[i], Is.EqualTo(i % PairColumns.Results >= PairColumns.Loss ? one[i] * found[i / PairColumns.Results] : one[i]).Within(1e-10).Percent);
        }, iter: Iterations(20), threads: 1);

    [Test]
    public void Saturated_margins_have_finite_losses([Values(-1e4, 1e4)] double margin)
    {
        double[] results = Loss([new PairLogProbs { PolicyChosen = margin }], null, 2, new PairLossStep(PairLossKind.Sigmoid, 1, 0.1, Scale: 1)).Results;
        Assert.That(results, Is.All.Matches<double>(double.IsFinite));
        Assert.That(results[PairColumns.Loss], Is.EqualTo(margin > 0 ? 1e3 : 9e3).Within(1e-9));
    }

    [Test]
    public void Metrics_are_means_over_pairs_and_over_tokens()
    {
        const int Pairs = 3;
        int[] segments = Segments(Pairs, 4, out int rows);
        float[] entropy = TestData.Normal(1, rows), logits = TestData.Normal(2, rows), top = Array.ConvertAll(TestData.Integers(3, rows, 2), x => (float)x);
        double[] results = Array.ConvertAll(TestData.Normal(5, Pairs * PairColumns.Results), x => (double)x), scores = Array.ConvertAll(TestData.Normal(6, Pairs * PairColumns.Scores), x => (double)x);
        using ComputeBackend backend = CreateBackend();
        using TensorBox box = new(backend);
        Tensor metrics = box.Doubles(new double[16], 1, 16), segmentTensor = box.Ints(segments), resultTensor = box.Doubles(results, Pairs, PairColumns.Results);
        Tensor scoreTensor = box.Doubles(scores, Pairs, PairColumns.Scores);
        var statistics = new LogProbRows { Entropy = box.Of(entropy, rows, 1), MeanLogit = box.Of(logits, rows, 1), Top1 = box.Of(top, rows, 1) };
        for (int i = 0; i < 2; i++) backend.RewardMetrics(metrics, resultTensor, scoreTensor, segmentTensor, statistics, box.Doubles([1, 2, 4], 3, 1), box.Ints(1, 0, 1));
        double[] found = box.ReadDoubles(metrics);
        IEnumerable<int> Rows(int side) => Enumerable.Range(0, Pairs).SelectMany(i => Enumerable.Range(segments[4 * i + 2 * side], segments[4 * i + 2 * side + 1]));
        Assert.Multiple(() =>
        {
            Assert.That(found[(int)PairMetricSlot.Loss], Is.EqualTo(2 * Enumerable.Range(0, Pairs).Average(i => results[i * PairColumns.Results + PairColumns.Loss])).Within(Tolerance));
            Assert.That(found[(int)PairMetricSlot.LogpsRejected], Is.EqualTo(2 * Enumerable.Range(0, Pairs).Average(i => scores[i * PairColumns.Scores + 1])).Within(Tolerance));
            Assert.That(found[(int)PairMetricSlot.Entropy], Is.EqualTo(2 * entropy.Average(x => (double)x)).Within(1e-9));
            Assert.That(found[(int)PairMetricSlot.LogitsChosen], Is.EqualTo(2 * Rows(0).Average(r => (double)logits[r])).Within(1e-9));
            Assert.That(found[(int)PairMetricSlot.LogitsRejected], Is.EqualTo(2 * Rows(1).Average(r => (double)logits[r])).Within(1e-9));
            Assert.That(found[(int)PairMetricSlot.TokenAccuracy], Is.EqualTo(2 * Rows(0).Average(r => (double)top[r])).Within(1e-9));
            Assert.That(found[(int)PairMetricSlot.Flagged], Is.EqualTo(4));
            Assert.That(found[(int)PairMetricSlot.ExtrapolatedMargin], Is.EqualTo(14));
            Assert.That(found[(int)PairMetricSlot.Thresholds], Is.Zero, "there was no threshold");
            Assert.That(found[(int)PairMetricSlot.MicroBatches], Is.EqualTo(2));
        });
    }

    [TestCase(PairLossKind.ExoPair, 0, 1)]
    [TestCase(PairLossKind.Robust, 0.5, 1)]
    [TestCase(PairLossKind.Sft, 0, 0.5)]
    [TestCase(PairLossKind.Sigmoid, -0.1, 1)]
    public void Settings_without_meaning_are_refused(PairLossKind kind, double smoothing, double tail) =>
        Assert.That(() => Loss(LogProbs(1, 1), null, 1, new PairLossStep(kind, Beta, smoothing, Scale: 1, Tail: tail)), Throws.ArgumentException.With.Message.StartsWith("RewardLoss: "));

    private (double[] Results, float[] Coefficients, int[] Segments) Loss(PairLogProbs[] logProbs, int[]? flags, int seed, params PairLossStep[] steps)
    {
        int[] segments = Segments(logProbs.Length, seed, out int rows);
        using ComputeBackend backend = CreateBackend();
        using TensorBox box = new(backend);
        Tensor results = box.PoisonedDoubles(logProbs.Length, PairColumns.Results), coefficient = box.Poisoned(rows, 1);
        double[] flat = [.. logProbs.SelectMany(p => new[] { p.PolicyChosen, p.PolicyRejected, p.ReferenceChosen, p.ReferenceRejected, p.ExtrapolatedChosen, p.ExtrapolatedRejected })];
        Tensor scores = box.Doubles(flat, logProbs.Length, PairColumns.Scores), segmentTensor = box.Ints(segments), flagTensor = flags is null ? default : box.Ints(flags);
        foreach (PairLossStep step in steps) backend.RewardLoss(results, coefficient, scores, segmentTensor, flagTensor, step);
        float[] coefficients = box.Read(coefficient);
        Assert.That(coefficients, Has.None.NaN, "every row has a coefficient");
        return (box.ReadDoubles(results), coefficients, segments);
    }

    private static PairLogProbs[] LogProbs(int pairs, int seed)
    {
        float[] values = TestData.Normal(seed, 6 * pairs, 2);
        return [.. Enumerable.Range(0, pairs).Select(i => new PairLogProbs
        {
            PolicyChosen = values[6 * i], PolicyRejected = values[6 * i + 1], ReferenceChosen = values[6 * i + 2], ReferenceRejected = values[6 * i + 3],
            ExtrapolatedChosen = values[6 * i + 4], ExtrapolatedRejected = values[6 * i + 5],
        })];
    }

    private static int[] Segments(int pairs, int seed, out int rows)
    {
        int[] lengths = TestData.Integers(seed + 7, 2 * pairs, 40), segments = new int[4 * pairs];
        rows = 0;
        for (int i = 0; i < 2 * pairs; i++)
        {
            (segments[2 * i], segments[2 * i + 1]) = (rows, lengths[i] + 1);
            rows += lengths[i] + 1;
        }
        return segments;
    }
}
