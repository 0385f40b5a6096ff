using Spa.Engine.Compute;

namespace Spa.Engine.Tests.Compute;

[TestFixtureSource(nameof(Tested))]
public sealed class LionTests(TestedBackend tested) : OpTests(tested)
{
    private static readonly LionStep s_step = new(1e-3, 0.9, 0.99, 0.1, 0);

    [Test]
    public void Lion_follows_float64_for_50_steps([Values(1, 16, 1037)] int count, [Values] bool clipped)
    {
        const int Steps = 50;
        float[] start = TestData.Normal(1, count);
        LionStep step = s_step with { MaxGradNorm = clipped ? 0.5 : 0 };
        float[][] outputs = Run((backend, box) =>
        {
            Tensor w = box.Of(start, count, 1), m = box.Zeros(count, 1), g = box.Zeros(count, 1), norm = box.Poisoned(1, 1);
            for (int i = 1; i <= Steps; i++)
            {
                backend.Upload<float>(g, TestData.Normal(100 + i, count));
                backend.GradientNorm(norm, g);
                backend.Lion(w, default, g, m, norm, step);
            }
            return [w, m];
        });
        (double[] w, double[] m) = (TestData.Widen(start), new double[count]);
        for (int i = 1; i <= Steps; i++) ExactStep(w, m, TestData.Normal(100 + i, count), step);
        // Fifty updates, in each the factor of the decay, its product and the sum are rounded to 6e-8 of the weight; the draws leave no direction near enough to 0 for its sign to turn.
        Everywhere.AssertClose(outputs[0], w, 2e-6, 2e-6, "weights");
        Everywhere.AssertClose(outputs[1], m, 1e-7, 2e-6, "m");
    }

    [Test]
    public void Every_weight_moves_by_the_learning_rate_or_not_at_all()
    {
        float[] w = RunOne((backend, box) =>
        {
            Tensor weights = box.Of([1, 1, 1, 1], 4, 1);
            backend.Lion(weights, default, box.Of([1e-3f, -1e3f, 1e-12f, 0], 4, 1), box.Zeros(4, 1), box.Of([1], 1, 1), new LionStep(0.125, 0.9, 0.99, 0, 0));
            return weights;
        });
        Assert.That(w, Is.EqualTo(new[] { 0.875f, 1.125f, 0.875f, 1f }));
    }

    [Test]
    public void Bfloat16_weights_are_the_rounded_master([Values(1, 50, 1024)] int count)
    {
        float[] start = TestData.Normal(2, count), gradients = TestData.Normal(3, count), moments = TestData.Normal(4, count);
        float[][] outputs = Run((backend, box) =>
        {
            Tensor narrow = box.Bf16(new float[count], count, 1), master = box.Of(start, count, 1), wide = box.Of(start, count, 1), g = box.Of(gradients, count, 1), norm = box.Of([1], 1, 1);
            backend.Lion(narrow, master, g, box.Of(moments, count, 1), norm, s_step);
            backend.Lion(wide, default, g, box.Of(moments, count, 1), norm, s_step);
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
            Tensor w = box.Of([1, 2, 3], 3, 1), m = box.Of([4, 5, 6], 3, 1);
            backend.Lion(w, default, box.Of([1, float.NaN, 1], 3, 1), m, box.Of([norm], 1, 1), s_step with { MaxGradNorm = 1 });
            return [w, m];
        });
        Assert.That(outputs[0], Is.EqualTo(new float[] { 1, 2, 3 }));
        Assert.That(outputs[1], Is.EqualTo(new float[] { 4, 5, 6 }));
    }

    private static void ExactStep(double[] w, double[] m, float[] gradients, LionStep step)
    {
        double norm = Math.Sqrt(gradients.Sum(g => (double)g * g)), clip = step.MaxGradNorm > 0 ? Math.Min(1, step.MaxGradNorm / (norm + 1e-6)) : 1;
        for (int i = 0; i < w.Length; i++)
        {
            double g = gradients[i] * clip, direction = step.Beta1 * m[i] + (1 - step.Beta1) * g;
            w[i] = w[i] * (1 - step.LearningRate * step.WeightDecay) - step.LearningRate * Math.Sign(direction);
            m[i] = step.Beta2 * m[i] + (1 - step.Beta2) * g;
        }
    }
}
