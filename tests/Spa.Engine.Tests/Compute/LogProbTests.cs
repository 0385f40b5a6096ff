using Spa.Engine.Compute;
using Spa.Engine.Compute.Cpu;
using Spa.Engine.Tests.Support;

namespace Spa.Engine.Tests.Compute;

[TestFixtureSource(nameof(Tested))]
public sealed class LogProbTests(TestedBackend tested) : OpTests(tested)
{
    private static readonly Gen<(int Rows, int Vocabulary, int Seed)> s_shapes = Gen.Select(Gen.Int[1, 6], Gen.Int[1, 2500], Gen.Int[0, 1000]);

    // The sum of exponentials is good to 3e-7; a difference of logits near 20 carries an ulp (1e-6) into each exponential, which mostly
    // averages out over the vocabulary.
    private const double Tolerance = 2e-6;

    [Test]
    public void Every_output_is_within_2e_6_of_float64([Values(0f, 5f)] float softCap, [Values(0f, 0.5f)] float lambda) =>
        s_shapes.Sample((rows, vocabulary, seed) => Check(rows, vocabulary, seed, lambda, softCap, 4), iter: Iterations(25), threads: 1);

    [TestCase(49_152, 4)]
    [TestCase(50_257, 1)]
    [TestCase(128_000, 8)]
    public void Large_vocabularies_keep_the_bound(int vocabulary, double deviation) => Check(2, vocabulary, 7, 0.25f, 0, deviation);

    [Test]
    public void Absent_outputs_are_not_computed_and_do_not_change_the_others()
    {
        const int Vocabulary = 1500;
        float[] a = TestData.Normal(1, 2 * Vocabulary, 3), b = TestData.Normal(2, a.Length, 3);
        float[][] outputs = Run((backend, box) =>
        {
            Tensor policy = box.Of(a, 2, Vocabulary), reference = box.Of(b, 2, Vocabulary), labels = box.Ints(3, 1499);
            LogProbRows all = AllRows(box, 2), alone = new() { Policy = box.Poisoned(2, 1) }, other = new() { Extrapolated = box.Poisoned(1, 2) };
            backend.LogProbForward(all, policy, reference, labels, 0.5f, 0);
            backend.LogProbForward(alone, policy, default, labels, 0.5f, 0);
            backend.LogProbForward(other, policy, reference, labels, 0.5f, 0);
            return [all.Policy, alone.Policy, all.Extrapolated.Reshape(1, 2), other.Extrapolated];
        });
        Everywhere.AssertSameBits(outputs[1], outputs[0], "policy alone");
        Everywhere.AssertSameBits(outputs[3], outputs[2], "extrapolated alone");
    }

    [Test]
    public void Equal_models_give_three_times_the_same_bits()
    {
        float[] a = TestData.Normal(3, 3 * 999, 5);
        float[][] outputs = Run((backend, box) =>
        {
            LogProbRows rows = AllRows(box, 3);
            backend.LogProbForward(rows, box.Of(a, 3, 999), box.Of(a, 3, 999), box.Ints(0, 500, 998), 0.3f, 0);
            return [rows.Policy, rows.Reference, rows.Extrapolated];
        });
        Everywhere.AssertSameBits(outputs[1], outputs[0], "reference");
        Everywhere.AssertSameBits(outputs[2], outputs[0], "extrapolated");
    }

    [Test]
    public void Top1_is_the_lowest_id_among_equals()
    {
        var a = new float[40];
        a[5] = a[17] = a[39] = 2;
        float[] top = RunOne((backend, box) =>
        {
            LogProbRows rows = new() { Top1 = box.Poisoned(4, 1) };
            backend.LogProbForward(rows, box.Of([.. a, .. a, .. a, .. new float[40]], 4, 40), default, box.Ints(5, 17, 0, 0), 0, 0);
            return rows.Top1;
        });
        Assert.That(top, Is.EqualTo(new[] { 1f, 0, 0, 1 }));
    }

    [Test]
    public void Squares_are_the_log_of_the_sum_of_squared_probabilities() =>
        s_shapes.Sample((rows, vocabulary, seed) =>
        {
            float[] a = TestData.Normal(seed, rows * vocabulary, 4);
            double[][] probabilities = [.. Enumerable.Range(0, rows).Select(r =>
            {
                double[] row = [.. a.AsSpan(r * vocabulary, vocabulary).ToArray().Select(x => Math.Exp(x))];
                double sum = row.Sum();
                return Array.ConvertAll(row, x => x / sum);
            })];
            float[] lse = [.. Enumerable.Range(0, rows).Select(r => (float)Math.Log(a.AsSpan(r * vocabulary, vocabulary).ToArray().Sum(x => Math.Exp(x))))];
            float[] squares = RunOne((backend, box) =>
            {
                Tensor output = box.Poisoned(rows, 1);
                backend.LogProbSquares(output, box.Of(a, rows, vocabulary), box.Of(lse, rows, 1));
                return output;
            });
            // The difference of a logit and its lse carries an ulp of the larger, twice.
            for (int r = 0; r < rows; r++) Assert.That(squares[r], Is.EqualTo(Math.Log(probabilities[r].Sum(p => p * p))).Within(2 * Tolerance + 1e-6));
        }, iter: Iterations(25), threads: 1);

    [Test]
    public void A_nan_logit_makes_every_log_prob_of_its_row_nan([Values(0, 15, 700, 1024, 2047, 2499)] int at, [Values] bool belowMinusInfinity)
    {
        float[] a = belowMinusInfinity ? Enumerable.Repeat(float.NegativeInfinity, 5000).ToArray() : TestData.Normal(4, 5000);
        a[2500 + at] = float.NaN;
        if (belowMinusInfinity) a[1] = a[2501] = 1;
        float[][] outputs = Run((backend, box) =>
        {
            LogProbRows rows = AllRows(box, 2);
            backend.LogProbForward(rows, box.Of(a, 2, 2500), box.Of(a, 2, 2500), box.Ints(1, 1), 0.5f, 0);
            return [rows.Policy, rows.PolicyLse, rows.Reference, rows.Extrapolated, rows.Entropy];
        });
        Assert.That(outputs.Select(o => float.IsNaN(o[1])), Is.All.True);
        Assert.That(outputs[..3].Select(o => float.IsNaN(o[0])), Is.All.False);
    }

    [Test]
    public void Minus_infinity_is_a_probability_of_zero_even_for_whole_blocks()
    {
        // Two blocks of nothing, then four equal logits.
        float[] a = Enumerable.Repeat(float.NegativeInfinity, 2052).ToArray();
        a.AsSpan(2048).Fill(7);
        float[][] outputs = Run((backend, box) =>
        {
            LogProbRows rows = new() { Policy = box.Poisoned(2, 1), Entropy = box.Poisoned(2, 1), PolicyLse = box.Poisoned(2, 1) };
            Tensor logits = box.Of([.. a, .. a], 2, 2052), labels = box.Ints(2050, 0);
            backend.LogProbForward(rows, logits, default, labels, 0, 0);
            backend.LogProbBackward(logits, rows.PolicyLse, labels, box.Of([1, 1], 2, 1), 0);
            return [rows.Policy, rows.Entropy, logits.RowRange(0, 1)];
        });
        Assert.That(outputs[0][0], Is.EqualTo(-Math.Log(4)).Within(2e-7));
        Assert.That(outputs[0][1], Is.EqualTo(float.NegativeInfinity));
        Assert.That(outputs[1], Is.All.EqualTo(Math.Log(4)).Within(2e-7));
        Assert.That(outputs[2][..2048], Is.All.Zero);
        Assert.That(outputs[2][2048..], Is.EqualTo(new[] { -0.25, -0.25, 0.75, -0.25 }).Within(1e-6));
    }

    [Test]
    public void Backward_agrees_with_finite_differences([Values(0f, 5f)] float softCap) =>
        Gen.Select(Gen.Int[1, 5], Gen.Int[1, 120], Gen.Int[0, 1000]).Sample((rows, vocabulary, seed) =>
        {
            float[] raw = TestData.Normal(seed, rows * vocabulary, 3), coefficient = TestData.Normal(seed + 1, rows);
            int[] labels = TestData.Integers(seed, rows, vocabulary);
            float[] gradient = RunOne((backend, box) =>
            {
                Tensor logits = box.Of(raw, rows, vocabulary);
                LogProbRows outputs = new() { PolicyLse = box.Poisoned(rows, 1) };
                backend.LogProbForward(outputs, logits, default, box.Ints(labels), 0, softCap);
                backend.LogProbBackward(logits, outputs.PolicyLse, box.Ints(labels), box.Of(coefficient, rows, 1), softCap);
                return logits;
            });
            for (int row = 0; row < rows; row++)
            {
                double[] at = TestData.Widen(raw[(row * vocabulary)..((row + 1) * vocabulary)]);
                double[] expected = TestData.Gradient(at, x => coefficient[row] * ExactLogProb.LogProb(ExactLogProb.Cap(x, softCap), labels[row]));
                // The rounded log-sum-exp (magnitude below 16) and the exponential: two ulp of a probability each.
                Everywhere.AssertClose(gradient[(row * vocabulary)..((row + 1) * vocabulary)], expected, 3e-6, 3e-6, $"row {row}");
            }
        }, iter: Iterations(20), threads: 1);

    [Test]
    public void A_coefficient_of_zero_clears_its_row_whatever_it_holds()
    {
        float[] gradient = RunOne((backend, box) =>
        {
            Tensor logits = box.Of([.. Enumerable.Repeat(float.NaN, 33), .. new float[33]], 2, 33);
            backend.LogProbBackward(logits, box.Of([float.NaN, MathF.Log(33)], 1, 2), box.Ints(0, 0), box.Of([0, 1], 1, 2), 0);
            return logits;
        });
        Assert.That(gradient[..33].Select(BitConverter.SingleToInt32Bits), Is.All.Zero, "exact zeros");
        Assert.That(gradient[33..].Sum(), Is.EqualTo(0).Within(1e-6));
    }

    [Test]
    public void A_label_outside_the_vocabulary_or_a_missing_reference_is_refused()
    {
        using CpuBackend backend = new();
        using TensorBox box = new(backend);
        LogProbRows rows = new() { Policy = box.Zeros(2, 1) }, needsReference = new() { Extrapolated = box.Zeros(2, 1) };
        Assert.That(() => backend.LogProbForward(rows, box.Zeros(2, 9), default, box.Ints(0, 9), 0, 0),
            Throws.TypeOf<SpaException>().With.Message.Contains("label 9 of row 1 is outside the model's vocabulary of 9"));
        Assert.That(() => backend.LogProbForward(needsReference, box.Zeros(2, 9), default, box.Ints(0, 1), 0, 0), Throws.ArgumentException);
    }

    private void Check(int rows, int vocabulary, int seed, float lambda, float softCap, double deviation)
    {
        float[] a = TestData.Normal(seed, rows * vocabulary, deviation), b = a.Zip(TestData.Normal(seed + 1, a.Length), (x, y) => x + y).ToArray();
        int[] labels = TestData.Integers(seed, rows, vocabulary);
        float[][] outputs = Run((backend, box) =>
        {
            LogProbRows all = AllRows(box, rows);
            Tensor policy = box.Of(a, rows, vocabulary);
            backend.LogProbForward(all, policy, box.Of(b, rows, vocabulary), box.Ints(labels), lambda, softCap);
            return [all.Policy, all.PolicyLse, all.Reference, all.Extrapolated, all.Entropy, all.MeanLogit, policy];
        });
        double[][] rowsOfA = TestData.Widen(a).Chunk(vocabulary).Select(row => ExactLogProb.Cap(row, softCap)).ToArray();
        double[][] rowsOfB = TestData.Widen(b).Chunk(vocabulary).Select(row => ExactLogProb.Cap(row, softCap)).ToArray();
        double[][] rowsOfC = rowsOfA.Zip(rowsOfB, (x, y) => ExactLogProb.Extrapolate(x, y, lambda)).ToArray();
        AssertRows(outputs[0], rowsOfA.Select((x, r) => ExactLogProb.LogProb(x, labels[r])), "policy");
        AssertRows(outputs[1], rowsOfA.Select(ExactLogProb.Lse), "lse");
        AssertRows(outputs[2], rowsOfB.Select((x, r) => ExactLogProb.LogProb(x, labels[r])), "reference");
        AssertRows(outputs[3], rowsOfC.Select((x, r) => ExactLogProb.LogProb(x, labels[r])), "extrapolated");
        AssertRows(outputs[4], rowsOfA.Select(ExactLogProb.Entropy), "entropy");
        AssertRows(outputs[5], rowsOfA.Select(x => x.Average()), "mean logit");
        Everywhere.AssertClose(outputs[6], rowsOfA.SelectMany(x => x).ToArray(), 1e-6, 1e-6, "capped logits written back");
    }

    private static void AssertRows(float[] actual, IEnumerable<double> expected, string what) => Everywhere.AssertClose(actual, expected.ToArray(), Tolerance, Tolerance, what);

    private static LogProbRows AllRows(TensorBox box, int rows) => new()
    {
        Policy = box.Poisoned(rows, 1),
        PolicyLse = box.Poisoned(1, rows),
        Reference = box.Poisoned(rows, 1),
        Extrapolated = box.Poisoned(rows, 1),
        Entropy = box.Poisoned(rows, 1),
        MeanLogit = box.Poisoned(rows, 1),
        Top1 = box.Poisoned(rows, 1),
    };
}
