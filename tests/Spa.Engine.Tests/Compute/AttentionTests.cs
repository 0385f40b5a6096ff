using Spa.Engine.Compute;

namespace Spa.Engine.Tests.Compute;

[TestFixtureSource(nameof(Tested))]
public sealed class AttentionTests(TestedBackend tested) : OpTests(tested)
{
    // Float32 chains of up to 256 products of N(0, 1) numbers: a score is off by about 1e-6, a probability by as much relatively, and a sum of
    // such weighted values by a few times that. Gradients are compared relative to the largest of their tensor.
    private const double Tolerance = 2e-5;

    private static readonly int[] s_headDims = [8, 16, 20, 32, 64, 80, 96, 128, 256];

    private ComputeBackend _backend = null!;

    [SetUp]
    public void Create() => _backend = CreateBackend();

    [TearDown]
    public void Dispose() => _backend.Dispose();

    [Test]
    public void Forward_is_close_to_float64([ValueSource(nameof(s_headDims))] int headDim, [Values(1, 3, 4, 8)] int group)
    {
        CheckForward(new AttentionCase(new AttentionShape(group, 1, headDim, 1 / MathF.Sqrt(headDim)), 150, [new(0, 1), new(1, 70), new(75, 75, 1, 70)]));
    }

    [Test]
    public void Backward_is_close_to_float64([ValueSource(nameof(s_headDims))] int headDim, [Values(1, 3, 4, 8)] int group)
    {
        CheckBackward(new AttentionCase(new AttentionShape(group, 1, headDim, 1 / MathF.Sqrt(headDim)), 150, [new(0, 1), new(1, 70), new(75, 75, 1, 70)]));
    }

    [Test]
    public void Forward_is_close_to_float64_on_odd_shapes() => AttentionCase.Random.Sample(CheckForward, iter: Iterations(60), threads: 1);

    [Test]
    public void Backward_is_close_to_float64_on_odd_shapes() => AttentionCase.Random.Sample(CheckBackward, iter: Iterations(40), threads: 1);

    [Test]
    public void Backward_agrees_with_finite_differences([Values(0, 5)] int window, [Values(0f, 3f)] float cap)
    {
        var c = new AttentionCase(new AttentionShape(4, 2, 3, 0.7f, window, cap), 11, [new(0, 4), new(4, 3, 0, 4), new(7, 3, 1, 3)]);
        (float[] dq, float[] dk, float[] dv) = c.Backward(_backend);
        double[][] inputs = [Double(c.Q), Double(c.K), Double(c.V)];
        float[][] gradients = [dq, dk, dv];
        // The central difference of a float64 function with step 1e-5 is good to about 1e-9; what remains is the float32 of the gradient.
        const double Step = 1e-5;
        for (int t = 0; t < 3; t++)
        {
            for (int i = 0; i < inputs[t].Length; i++)
            {
                double x = inputs[t][i];
                inputs[t][i] = x + Step;
                double above = Loss(c, inputs);
                inputs[t][i] = x - Step;
                double below = Loss(c, inputs);
                inputs[t][i] = x;
                Assert.That(gradients[t][i], Is.EqualTo((above - below) / (2 * Step)).Within(1e-5), $"input {t} element {i}");
            }
        }
    }

    [Test]
    public void Rows_of_no_segment_give_zero_output_lse_minus_infinity_and_zero_gradients()
    {
        var c = new AttentionCase(new AttentionShape(6, 2, 20, 0.2f), 12, [new(2, 3), new(7, 2)]);
        (float[] output, float[] lse) = c.Forward(_backend);
        (float[] dq, float[] dk, float[] dv) = c.Backward(_backend);
        foreach (int row in new[] { 0, 1, 5, 6, 9, 10, 11 })
        {
            Assert.That(output[(row * c.QueryColumns)..((row + 1) * c.QueryColumns)], Is.All.Zero);
            Assert.That(lse[(row * 6)..((row + 1) * 6)], Is.All.EqualTo(float.NegativeInfinity));
            Assert.That(dq[(row * c.QueryColumns)..((row + 1) * c.QueryColumns)], Is.All.Zero);
            Assert.That(dk[(row * c.KeyColumns)..((row + 1) * c.KeyColumns)], Is.All.Zero);
            Assert.That(dv[(row * c.KeyColumns)..((row + 1) * c.KeyColumns)], Is.All.Zero);
        }
    }

    private static double Loss(AttentionCase c, double[][] inputs) =>
        AttentionReference.Forward(c, inputs[0], inputs[1], inputs[2]).Output.Zip(c.Dout, (o, g) => o * g).Sum();

    private static double[] Double(float[] data) => Array.ConvertAll(data, x => (double)x);

    private static void AssertClose(float[] actual, double[] expected, string what, AttentionCase c)
    {
        double scale = Math.Max(1, expected.Where(double.IsFinite).Select(Math.Abs).DefaultIfEmpty().Max());
        for (int i = 0; i < expected.Length; i++)
        {
            bool same = double.IsNegativeInfinity(expected[i]) ? float.IsNegativeInfinity(actual[i]) : Math.Abs(actual[i] - expected[i]) <= Tolerance * scale;
            if (!same) Assert.Fail($"{what}[{i}] is {actual[i]}, expected {expected[i]} (scale {scale}): {c}");
        }
    }

    private void CheckForward(AttentionCase c)
    {
        (float[] output, float[] lse) = c.Forward(_backend);
        (double[] expectedOutput, double[] expectedLse) = AttentionReference.Forward(c, Double(c.Q), Double(c.K), Double(c.V));
        AssertClose(output, expectedOutput, "output", c);
        AssertClose(lse, expectedLse, "lse", c);
    }

    private void CheckBackward(AttentionCase c)
    {
        (float[] dq, float[] dk, float[] dv) = c.Backward(_backend);
        (double[] expectedDq, double[] expectedDk, double[] expectedDv) = AttentionReference.Backward(c, Double(c.Dout), Double(c.Q), Double(c.K), Double(c.V));
        AssertClose(dq, expectedDq, "dq", c);
        AssertClose(dk, expectedDk, "dk", c);
        AssertClose(dv, expectedDv, "dv", c);
    }
}
