using Spa.Engine.Compute;
using Spa.Engine.Compute.Cpu;
using Spa.Engine.Tests.Support;

namespace Spa.Engine.Tests.Compute;

/// <summary>AdamW with states in 8 and 16 bits: the float32 update is the CPU's to the bit, and what is stored is its rounding.</summary>
[TestFixtureSource(nameof(Tested))]
public sealed class OptimizerStateTests(TestedBackend tested) : OpTests(tested)
{
    private const int Count = 1029;
    private const ulong Seed = 0x1234_5678_9ABC_DEF0;

    private static readonly AdamWStep s_step = new(1e-2, 0.9, 0.999, 1e-8, 0.1, 3, 0.5);

    [Test]
    public void AdamW_has_the_bits_of_the_cpu([Values] bool bf16, [Values(0, 0.5)] double maxNorm)
    {
        AdamWStep step = s_step with { MaxGradNorm = maxNorm };
        float[] w = TestData.Normal(1, Count), g = TestData.Normal(2, Count), m = TestData.Normal(3, Count, 0.1), v = Array.ConvertAll(TestData.Normal(4, Count, 0.1), x => x * x);
        Tensor[] Update(ComputeBackend backend, TensorBox box)
        {
            Tensor weights = bf16 ? box.Bf16(w, Count, 1) : box.Of(w, Count, 1), master = bf16 ? box.Of(w, Count, 1) : default, norm = box.Poisoned(1, 1);
            Tensor gradients = box.Of(g, Count, 1), ms = box.Of(m, Count, 1), vs = box.Of(v, Count, 1);
            backend.GradientNorm(norm, gradients);
            backend.AdamW(weights, master, gradients, ms, vs, norm, step);
            return bf16 ? [weights, ms, vs, master] : [weights, ms, vs];
        }

        float[][] device = Run(Update), cpu = Everywhere.Run(Update);
        for (int i = 0; i < device.Length; i++) Everywhere.AssertSameBits(device[i], cpu[i], $"output {i}");
    }

    [Test]
    public void Bfloat16_states_are_rounded_by_their_random_bits()
    {
        float[] w = Rounded(1), g = TestData.Normal(2, Count), m = Rounded(3), v = Array.ConvertAll(Rounded(4), x => TensorBox.RoundToBf16(x * x));
        const long First = 10;
        float[][] outputs = Run((backend, box) =>
        {
            Tensor weights = box.Bf16(w, Count, 1), ms = box.Bf16(m, Count, 1), vs = box.Bf16(v, Count, 1), norm = box.Of([2], 1, 1);
            backend.AdamWBf16(weights, box.Of(g, Count, 1), ms, vs, norm, s_step, Seed, First);
            return [weights, ms, vs];
        });
        (float[] newW, float[] newM, float[] newV) = Exact(w, g, m, v, 2);
        for (int i = 0; i < Count; i++)
        {
            (uint x, uint y, uint z, _) = Philox.Next(Seed, (uint)((First + i) / 2), 0, (uint)s_step.Step, 0);
            uint word = (First + i) % 2 == 0 ? x : y;
            Assert.That(outputs[0][i], Is.EqualTo(Stochastic(newW[i], word & 0xFFFF)), $"weight {i}");
            Assert.That(outputs[1][i], Is.EqualTo(Stochastic(newM[i], word >> 16)), $"m {i}");
            Assert.That(outputs[2][i], Is.EqualTo(Stochastic(newV[i], (First + i) % 2 == 0 ? z & 0xFFFF : z >> 16)), $"v {i}");
        }
    }

    [Test]
    public void The_mean_over_draws_is_the_float32_weight()
    {
        const int Draws = 4096;
        float[] outputs = RunOne((backend, box) =>
        {
            Tensor weights = box.Bf16(Enumerable.Repeat(1f, Draws).ToArray(), Draws, 1), zero = box.Bf16(new float[Draws], Draws, 1), other = box.Bf16(new float[Draws], Draws, 1);
            backend.AdamWBf16(weights, box.Zeros(Draws, 1), zero, other, box.Of([0], 1, 1), s_step with { WeightDecay = 0.1 }, Seed);
            return weights;
        });
        // 1 - 0.001 lies 0.256 of the way from 1 to its lower neighbour, 1 - 2^-8: three standard deviations of the mean of a coin.
        Assert.That(outputs, Is.All.EqualTo(1f).Or.EqualTo(1 - 1f / 256));
        Assert.That(outputs.Average(x => (double)x), Is.EqualTo(0.999).Within(3 * 0.5 / 256 / 64));
    }

    [Test]
    public void Eight_bit_moments_are_the_nearest_values_of_their_maps([Values] bool bf16)
    {
        float[] signed = Map(1, 128), unsigned = Map(2, 255), w = TestData.Normal(1, Count), g = TestData.Normal(2, Count, 1e-2);
        g[5] = 0;
        g[700] = 1e-12f;
        int blocks = (Count + 255) / 256;
        byte[] mCodes = [.. TestData.Integers(3, Count + 3, 256).Select(code => (byte)code)], vCodes = [.. TestData.Integers(4, Count + 3, 256).Select(code => (byte)code)];
        float[] mScales = [.. Enumerable.Range(1, blocks).Select(i => 0.01f * i)], vScales = [.. Enumerable.Range(1, blocks).Select(i => 1e-4f * i)];
        int[] Words(byte[] codes) => [.. Enumerable.Range(0, (Count + 3) / 4).Select(i => BitConverter.ToInt32(codes, 4 * i))];
        int[]? mNew = null, vNew = null;
        float[][] outputs = Run((backend, box) =>
        {
            Tensor weights = bf16 ? box.Bf16(w, Count, 1) : box.Of(w, Count, 1), master = bf16 ? box.Of(w, Count, 1) : default;
            Tensor mc = box.Ints(Words(mCodes)), vc = box.Ints(Words(vCodes)), ms = box.Of(mScales, blocks, 1), vs = box.Of(vScales, blocks, 1);
            backend.AdamW8Bit(weights, master, box.Of(g, Count, 1), mc, vc, ms, vs, box.Of([0.4f], 1, 1), s_step);
            (mNew, vNew) = (box.ReadInts(mc), box.ReadInts(vc));
            return bf16 ? [master, ms, vs] : [weights, ms, vs];
        });
        float[] m = [.. Enumerable.Range(0, Count).Select(i => (mCodes[i] >= 127 ? signed[mCodes[i] - 127] : -signed[127 - mCodes[i]]) * mScales[i / 256])];
        float[] v = [.. Enumerable.Range(0, Count).Select(i => unsigned[vCodes[i]] * vScales[i / 256])];
        (float[] newW, float[] newM, float[] newV) = Exact(w, g, m, v, 0.4f);
        Everywhere.AssertSameBits(outputs[0], newW, "weights");
        for (int i = 0; i < Count; i++)
        {
            float mScale = newM.Skip(i / 256 * 256).Take(256).Max(MathF.Abs), vScale = newV.Skip(i / 256 * 256).Take(256).Max();
            Assert.That((outputs[1][i / 256], outputs[2][i / 256]), Is.EqualTo((mScale, vScale)), $"scales of element {i}");
            int mCode = mNew![i / 4] >> 8 * (i % 4) & 255, vCode = vNew![i / 4] >> 8 * (i % 4) & 255;
            float mValue = mCode >= 127 ? signed[mCode - 127] : -signed[127 - mCode], target = newM[i] / mScale;
            double best = signed.SelectMany((x, k) => k < 128 ? new[] { x, -x } : [x]).Min(x => Math.Abs((double)x - target));
            // The product with the reciprocal is one rounding from the quotient.
            Assert.That(Math.Abs((double)mValue - target), Is.LessThanOrEqualTo(best + 2e-7), $"m {i}");
            double bestV = unsigned.Skip(newV[i] > 0 ? 1 : 0).Min(x => Math.Abs((double)x - newV[i] / vScale));
            Assert.That(Math.Abs((double)unsigned[vCode] - newV[i] / vScale), Is.LessThanOrEqualTo(bestV + 2e-7), $"v {i}");
            if (newV[i] > 0) Assert.That(vCode, Is.Positive, $"v {i} is not lost");
        }
    }

    [Test]
    public void A_norm_that_is_not_finite_leaves_narrow_states_alone([Values(float.NaN, float.PositiveInfinity)] float norm)
    {
        float[] w = Rounded(1);
        float[][] outputs = Run((backend, box) =>
        {
            Tensor narrow = box.Bf16(w, Count, 1), m = box.Bf16(w, Count, 1), v = box.Bf16(w, Count, 1), wide = box.Of(w, Count, 1), g = box.Of(w, Count, 1), at = box.Of([norm], 1, 1);
            Tensor codes = box.Ints(new int[(Count + 3) / 4]), scales = box.Zeros((Count + 255) / 256, 1);
            backend.AdamWBf16(narrow, g, m, v, at, s_step, Seed);
            backend.AdamW8Bit(wide, default, g, codes, codes, scales, scales, at, s_step);
            return [narrow, m, v, wide];
        });
        foreach (float[] output in outputs) Everywhere.AssertSameBits(output, w, "state");
    }

    private static float[] Rounded(int seed) => TestData.RoundToBf16(TestData.Normal(seed, Count));

    private static float Stochastic(float value, uint random) => BitConverter.UInt32BitsToSingle((BitConverter.SingleToUInt32Bits(value) + random) & 0xFFFF_0000);

    // By a CPU backend, whose bits the update has.
    private static (float[] W, float[] M, float[] V) Exact(float[] w, float[] g, float[] m, float[] v, float norm)
    {
        using CpuBackend backend = new();
        using TensorBox box = new(backend);
        Tensor weights = box.Of(w, Count, 1), ms = box.Of(m, Count, 1), vs = box.Of(v, Count, 1);
        backend.AdamW(weights, default, box.Of(g, Count, 1), ms, vs, box.Of([norm], 1, 1), s_step);
        return (box.Read(weights), box.Read(ms), box.Read(vs));
    }

    // Magnitudes of a dynamic map, as bitsandbytes' create_dynamic_map makes them: decade i has first * 2^i parts.
    private static float[] Map(int first, int last)
    {
        List<float> values = [0];
        for (int decade = 0; decade < 7; decade++)
        {
            int parts = first << decade;
            for (int part = 0; part < parts; part++) values.Add((float)(Math.Pow(10, decade - 6) * (0.1 + 0.9 * (part + 0.5) / parts)));
        }

        values.Add(1);
        Assert.That(values, Has.Count.EqualTo(last + 1));
        return [.. values];
    }
}
