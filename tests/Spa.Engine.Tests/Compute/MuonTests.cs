using Spa.Engine.Compute;

namespace Spa.Engine.Tests.Compute;

/// <summary>The elementwise parts of Muon; the whole update is tested with its optimiser.</summary>
[TestFixtureSource(nameof(Tested))]
public sealed class MuonTests(TestedBackend tested) : OpTests(tested)
{
    [Test]
    public void Momentum_is_nesterovs_in_float64([Values(1, 16, 1037)] int count, [Values] bool clipped)
    {
        float[][] outputs = Run((backend, box) =>
        {
            Tensor output = box.Poisoned(count, 1), m = box.Zeros(count, 1), g = box.Zeros(count, 1), norm = box.Poisoned(1, 1);
            for (int i = 0; i < 10; i++)
            {
                backend.Upload<float>(g, TestData.Normal(i, count));
                backend.GradientNorm(norm, g);
                backend.MuonMomentum(output, m, g, norm, 0.95, clipped ? 0.5 : 0);
            }
            return [output, m];
        });
        double[] expected = new double[count], mean = new double[count];
        for (int i = 0; i < 10; i++)
        {
            float[] g = TestData.Normal(i, count);
            double norm = Math.Sqrt(g.Sum(x => (double)x * x)), clip = clipped ? Math.Min(1, 0.5 / (norm + 1e-6)) : 1;
            for (int j = 0; j < count; j++)
            {
                mean[j] = 0.95 * mean[j] + 0.05 * g[j] * clip;
                expected[j] = 0.05 * g[j] * clip + 0.95 * mean[j];
            }
        }
        // Some five roundings of numbers of size 1.
        Everywhere.AssertClose(outputs[0], expected, 5e-7, 1e-6, "output");
        Everywhere.AssertClose(outputs[1], mean, 5e-7, 1e-6, "m");
    }

    [Test]
    public void After_a_norm_that_is_not_finite_the_output_is_0_and_the_momentum_stays()
    {
        float[][] outputs = Run((backend, box) =>
        {
            Tensor output = box.Poisoned(3, 1), m = box.Of([1, 2, 3], 3, 1);
            backend.MuonMomentum(output, m, box.Of([1, float.NaN, 1], 3, 1), box.Of([float.NaN], 1, 1), 0.95, 1);
            return [output, m];
        });
        Assert.That(outputs[0], Is.All.Zero);
        Assert.That(outputs[1], Is.EqualTo(new float[] { 1, 2, 3 }));
    }

    [Test]
    public void Division_and_sums_are_rounded_once_to_their_type([Values(1, 40, 1029)] int count, [Values] bool bf16)
    {
        float[] x = Values(1), y = Values(2), z = TestData.Normal(3, count);
        float[] Values(int seed) => bf16 ? TestData.RoundToBf16(TestData.Normal(seed, count)) : TestData.Normal(seed, count);
        float[][] outputs = Run((backend, box) =>
        {
            Tensor Make(float[] values) => bf16 ? box.Bf16(values, count, 1) : box.Of(values, count, 1);
            Tensor quotient = Make(new float[count]), small = Make(new float[count]), sum = Make(x);
            backend.DivideByNorm(quotient, box.Of(z, count, 1), box.Of([3], 1, 1), 1e-7);
            backend.DivideByNorm(small, box.Of(z, count, 1), box.Of([0], 1, 1), 0.5);
            backend.Combine(sum, 2.5, sum, -0.75, Make(y));
            return [quotient, small, sum];
        });
        float[] Round(IEnumerable<float> values) => bf16 ? TestData.RoundToBf16([.. values]) : [.. values];
        Everywhere.AssertSameBits(outputs[0], Round(z.Select(v => v / 3)), "quotient");
        Everywhere.AssertSameBits(outputs[1], Round(z.Select(v => v / 0.5f)), "quotient by epsilon");
        Everywhere.AssertSameBits(outputs[2], Round(x.Select((v, i) => MathF.FusedMultiplyAdd(v, 2.5f, y[i] * -0.75f))), "sum");
    }

    [Test]
    public void An_update_keeps_and_steps([Values(1, 40, 1029)] int count, [Values] bool bf16Weights, [Values] bool bf16Update)
    {
        float[] w = TestData.Normal(1, count), u = bf16Update ? TestData.RoundToBf16(TestData.Normal(2, count)) : TestData.Normal(2, count);
        float[][] outputs = Run((backend, box) =>
        {
            Tensor weights = bf16Weights ? box.Bf16(w, count, 1) : box.Of(w, count, 1), master = bf16Weights ? box.Of(w, count, 1) : default;
            backend.MuonUpdate(weights, master, bf16Update ? box.Bf16(u, count, 1) : box.Of(u, count, 1), 0.999, 0.02);
            return bf16Weights ? [master, weights] : [weights];
        });
        float[] expected = [.. w.Select((v, i) => MathF.FusedMultiplyAdd(u[i], (float)-0.02, v * (float)0.999))];
        Everywhere.AssertSameBits(outputs[0], expected, "weights");
        if (bf16Weights) Everywhere.AssertSameBits(outputs[1], TestData.RoundToBf16(expected), "rounded");
    }
}
