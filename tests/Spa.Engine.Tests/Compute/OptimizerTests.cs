using Spa.Engine.Compute;
using Spa.Engine.Compute.Cpu;
using Spa.Engine.Tests.Support;

namespace Spa.Engine.Tests.Compute;

[TestFixtureSource(nameof(Tested))]
public sealed class OptimizerTests(TestedBackend tested) : OpTests(tested)
{
    [TestCase(1)]
    [TestCase(31)]
    [TestCase(1000)]
    [TestCase(65_536 + 5)]
    [TestCase(3 * 65_536)]
    public void Gradient_norm_is_the_float32_nearest_to_the_exact_one(int count)
    {
        float[] gradients = TestData.Normal(count, count, 1e-3);
        float norm = RunOne((backend, box) =>
        {
            Tensor result = box.Poisoned(1, 1);
            backend.GradientNorm(result, box.Of(gradients, count, 1));
            return result;
        })[0];
        // In double throughout, so the order of addition (1e-16) does not show.
        Assert.That(norm, Is.EqualTo((float)Math.Sqrt(gradients.Sum(g => (double)g * g))));
    }

    [Test]
    public void Gradient_norm_neither_overflows_nor_underflows_and_keeps_nan()
    {
        float[] Norm(params float[] gradients) => RunOne((backend, box) =>
        {
            Tensor result = box.Poisoned(1, 1);
            backend.GradientNorm(result, box.Of(gradients, 1, gradients.Length));
            return result;
        });
        Assert.That(Norm(3e30f, 4e30f)[0], Is.EqualTo(5e30f).Within(1e24f));
        Assert.That(Norm(3e-30f, 4e-30f)[0], Is.EqualTo(5e-30f).Within(1e-36f));
        Assert.That(Norm(1, float.NaN)[0], Is.NaN);
        Assert.That(Norm(new float[40])[0], Is.Zero);
    }

    [Test]
    public void AdamW_follows_float64_for_100_steps([Values(1, 16, 1037)] int count, [Values] bool clipped)
    {
        const int Steps = 100;
        float[] start = TestData.Normal(1, count);
        AdamWStep settings = new(1e-2, 0.9, 0.999, 1e-8, 0.1, 0, clipped ? 0.5 : 0);
        float[][] outputs = Run((backend, box) =>
        {
            Tensor w = box.Of(start, count, 1), m = box.Zeros(count, 1), v = box.Zeros(count, 1), g = box.Zeros(count, 1), norm = box.Poisoned(1, 1);
            for (int step = 1; step <= Steps; step++)
            {
                backend.Upload<float>(g, TestData.Normal(100 + step, count));
                if (clipped) backend.GradientNorm(norm, g);
                backend.AdamW(w, default, g, m, v, clipped ? norm : default, settings with { Step = step });
            }
            return [w, m, v];
        });
        (double[] w, double[] m, double[] v) = (TestData.Widen(start), new double[count], new double[count]);
        for (int step = 1; step <= Steps; step++) ExactStep(w, m, v, TestData.Normal(100 + step, count), settings with { Step = step });
        // A hundred updates of up to 1e-2, each rounded to the weight's last place (1e-7 near 1).
        Everywhere.AssertClose(outputs[0], w, 2e-6, 2e-6, "weights");
        Everywhere.AssertClose(outputs[1], m, 1e-7, 2e-6, "m");
        Everywhere.AssertClose(outputs[2], v, 0, 4e-6, "v");
    }

    [Test]
    public void First_step_moves_by_the_learning_rate_whatever_the_gradient()
    {
        float[] w = RunOne((backend, box) =>
        {
            Tensor weights = box.Of([1, 1, 1, 1], 4, 1);
            backend.AdamW(weights, default, box.Of([1e-3f, -1e3f, 1e-12f, 0], 4, 1), box.Zeros(4, 1), box.Zeros(4, 1), default, new AdamWStep(0.125, 0.9, 0.999, 1e-20, 0, 1, 0));
            return weights;
        });
        Assert.That(w, Is.EqualTo(new[] { 0.875f, 1.125f, 0.875f, 1f }).Within(1e-6));
    }

    [Test]
    public void Bfloat16_weights_are_the_rounded_master([Values(1, 50, 1024)] int count)
    {
        float[] start = TestData.Normal(2, count), gradients = TestData.Normal(3, count);
        AdamWStep step = new(1e-2, 0.9, 0.95, 1e-8, 0.01, 3, 0);
        float[][] outputs = Run((backend, box) =>
        {
            Tensor narrow = box.Bf16(new float[count], count, 1), master = box.Of(start, count, 1), wide = box.Of(start, count, 1), g = box.Of(gradients, count, 1);
            backend.AdamW(narrow, master, g, box.Zeros(count, 1), box.Zeros(count, 1), default, step);
            backend.AdamW(wide, default, g, box.Zeros(count, 1), box.Zeros(count, 1), default, step);
            return [narrow, master, wide];
        });
        Everywhere.AssertSameBits(outputs[1], outputs[2], "master");
        Everywhere.AssertSameBits(outputs[0], TestData.RoundToBf16(outputs[1]), "rounded");
    }

    [Test]
    public void A_nan_norm_reaches_the_weights_and_wrong_tensors_are_refused()
    {
        using CpuBackend backend = new();
        using TensorBox box = new(backend);
        Tensor w = box.Zeros(3, 1), bf16 = box.Bf16(new float[3], 3, 1), g = box.Zeros(3, 1), m = box.Zeros(3, 1), v = box.Zeros(3, 1);
        AdamWStep step = new(1e-3, 0.9, 0.999, 1e-8, 0, 1, 1);
        Assert.That(() => backend.AdamW(bf16, default, g, m, v, default, step), Throws.ArgumentException);
        Assert.That(() => backend.AdamW(w, box.Zeros(3, 1), g, m, v, default, step), Throws.ArgumentException);
        Assert.That(() => backend.AdamW(w, default, box.Zeros(2, 1), m, v, default, step), Throws.ArgumentException);
        backend.AdamW(w, default, g, m, v, box.Of([float.NaN], 1, 1), step);
        Assert.That(box.Read(w), Is.All.NaN);
    }

    private static void ExactStep(double[] w, double[] m, double[] v, float[] gradients, AdamWStep step)
    {
        double norm = Math.Sqrt(gradients.Sum(g => (double)g * g)), clip = step.MaxGradNorm > 0 ? Math.Min(1, step.MaxGradNorm / (norm + 1e-6)) : 1;
        for (int i = 0; i < w.Length; i++)
        {
            double g = gradients[i] * clip;
            w[i] *= 1 - step.LearningRate * step.WeightDecay;
            m[i] = step.Beta1 * m[i] + (1 - step.Beta1) * g;
            v[i] = step.Beta2 * v[i] + (1 - step.Beta2) * g * g;
            double denominator = Math.Sqrt(v[i]) / Math.Sqrt(1 - Math.Pow(step.Beta2, step.Step)) + step.Epsilon;
            w[i] -= step.LearningRate / (1 - Math.Pow(step.Beta1, step.Step)) * m[i] / denominator;
        }
    }
}
