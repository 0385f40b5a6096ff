using Spa.Engine.Compute;
using Spa.Engine.Compute.Cpu;
using Spa.Engine.Tests.Support;

namespace Spa.Engine.Tests.Compute;

[TestFixtureSource(nameof(Tested))]
public sealed class AdafactorTests(TestedBackend tested) : OpTests(tested)
{
    private static readonly AdafactorStep s_step = new(1e-2, 0.1, 1, 0);

    [TestCase(1, 1, false)]
    [TestCase(5, 1, false)]
    [TestCase(1, 40, false)]
    [TestCase(7, 33, true)]
    [TestCase(131, 64, false)]
    [TestCase(300, 19, true)]
    public void A_matrix_follows_float64_for_20_steps(int rows, int columns, bool clipped) => Follow(rows, columns, isVector: false, clipped);

    [TestCase(1, false)]
    [TestCase(16, true)]
    [TestCase(1037, false)]
    public void A_vector_follows_float64_for_20_steps(int columns, bool clipped) => Follow(1, columns, isVector: true, clipped);

    [Test]
    public void The_first_update_of_a_vector_is_the_learning_rate_whatever_the_gradient()
    {
        float[] w = RunOne((backend, box) =>
        {
            Tensor weights = box.Of([1, 1, 1, 1], 1, 4);
            backend.Adafactor(weights, default, box.Of([1e-3f, -1e3f, 1e-9f, 0], 1, 4), default, box.Zeros(1, 4), box.Of([1], 1, 1), new AdafactorStep(0.125, 0, 1, 0));
            return weights;
        });
        Assert.That(w, Is.EqualTo(new[] { 0.875f, 1.125f, 0.875f, 1f }).Within(1e-6));
    }

    [Test]
    public void Bfloat16_weights_are_the_rounded_master([Values(1, 6)] int rows, [Values(5, 64)] int columns)
    {
        float[] start = TestData.Normal(2, rows * columns), gradients = TestData.Normal(3, rows * columns);
        float[][] outputs = Run((backend, box) =>
        {
            Tensor narrow = box.Bf16(new float[start.Length], rows, columns), master = box.Of(start, rows, columns), wide = box.Of(start, rows, columns);
            Tensor g = box.Of(gradients, rows, columns), norm = box.Of([1], 1, 1);
            backend.Adafactor(narrow, master, g, box.Zeros(rows, 1), box.Zeros(1, columns), norm, s_step);
            backend.Adafactor(wide, default, g, box.Zeros(rows, 1), box.Zeros(1, columns), norm, s_step);
            return [narrow, master, wide];
        });
        Everywhere.AssertSameBits(outputs[1], outputs[2], "master");
        Everywhere.AssertSameBits(outputs[0], TestData.RoundToBf16(outputs[1]), "rounded");
    }

    [Test]
    public void A_norm_that_is_not_finite_changes_nothing([Values(float.NaN, float.PositiveInfinity)] float norm)
    {
        float[][] outputs = Run((backend, box) =>
        {
            Tensor w = box.Of([1, 2, 3, 4], 2, 2), rows = box.Of([5, 6], 2, 1), columns = box.Of([7, 8], 1, 2);
            backend.Adafactor(w, default, box.Of([1, float.NaN, 1, 2], 2, 2), rows, columns, box.Of([norm], 1, 1), s_step with { MaxGradNorm = 1 });
            return [w, rows, columns];
        });
        Assert.That(outputs.SelectMany(x => x), Is.EqualTo(new float[] { 1, 2, 3, 4, 5, 6, 7, 8 }));
    }

    [Test]
    public void Wrong_tensors_are_refused()
    {
        using CpuBackend backend = new();
        using TensorBox box = new(backend);
        Tensor w = box.Zeros(2, 3), g = box.Zeros(2, 3), norm = box.Zeros(1, 1);
        Assert.That(() => backend.Adafactor(w, default, g, default, box.Zeros(1, 3), norm, s_step), Throws.ArgumentException, "a matrix without rows");
        Assert.That(() => backend.Adafactor(w, default, g, box.Zeros(3, 1), box.Zeros(1, 3), norm, s_step), Throws.ArgumentException);
        Assert.That(() => backend.Adafactor(w, default, box.Zeros(3, 2), box.Zeros(2, 1), box.Zeros(1, 3), norm, s_step), Throws.ArgumentException);
    }

    private void Follow(int rows, int columns, bool isVector, bool clipped)
    {
        const int Steps = 20;
        float[] start = TestData.Normal(1, rows * columns);
        AdafactorStep step = s_step with { MaxGradNorm = clipped ? 0.5 : 0 };
        // Rows and columns of different sizes, or the factors would all be 1.
        float[] Gradient(int seed) => [.. TestData.Normal(seed, rows * columns).Select((x, i) => x * MathF.Exp(i / columns % 5 - i % columns % 7))];
        float[][] outputs = Run((backend, box) =>
        {
            Tensor w = box.Of(start, rows, columns), row = box.Zeros(rows, 1), column = box.Zeros(1, columns), g = box.Zeros(rows, columns), norm = box.Poisoned(1, 1);
            for (int i = 1; i <= Steps; i++)
            {
                backend.Upload<float>(g, Gradient(100 + i));
                backend.GradientNorm(norm, g);
                backend.Adafactor(w, default, g, isVector ? default : row, column, norm, step with { Step = i });
            }
            return isVector ? [w, column] : [w, column, row];
        });
        ExactAdafactor exact = new(TestData.Widen(start), rows, columns, isVector);
        for (int i = 1; i <= Steps; i++) exact.Step(Gradient(100 + i), step with { Step = i });
        // Twenty updates of some 1e-2; an update is six roundings from exact, the weight's own is 6e-8.
        Everywhere.AssertClose(outputs[0], exact.Weights, 1e-6, 1e-6, "weights");
        Everywhere.AssertClose(outputs[1], exact.Columns, 0, 2e-6, "columns");
        if (!isVector) Everywhere.AssertClose(outputs[2], exact.Rows, 0, 2e-6, "rows");
    }
}
