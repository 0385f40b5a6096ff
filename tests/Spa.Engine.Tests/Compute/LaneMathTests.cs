using Spa.Engine.Compute.Cpu;
using Spa.Engine.Compute.Cpu.Simd;

namespace Spa.Engine.Tests.Compute;

/// <summary>Elementary functions against float64 over dense ranges, every 1,009th float32 of the stated range (a prime, so that all exponents and low bits occur).</summary>
public sealed unsafe class LaneMathTests
{
    private const int Stride = 1009;

    [Test]
    public void Exp_is_within_1_1_ulp_and_one_step_where_subnormal() =>
        AssertUlp(Walk(-110f, 90f), nameof(LaneMath.Exp), Math.Exp, 1.1, Exp<Lanes128>);

    [Test]
    public void Exp_of_non_positive_arguments_is_the_same_function() =>
        AssertUlp(Walk(-110f, 0f), nameof(LaneMath.ExpNotPositive), Math.Exp, 1.1, ExpNotPositive<Lanes128>);

    [Test]
    public void Sigmoid_is_within_3_ulp_down_to_the_subnormal_results() =>
        AssertUlp(Walk(-87.3f, 200f), nameof(LaneMath.Sigmoid), x => 1 / (1 + Math.Exp(-x)), 3, Sigmoid<Lanes128>);

    [Test]
    public void Tanh_is_within_3_ulp() => AssertUlp(Walk(-50f, 50f), nameof(LaneMath.Tanh), Math.Tanh, 3, Tanh<Lanes128>);

    [Test]
    public void Erf_is_within_3_ulp() => AssertUlp(Walk(-10f, 10f), nameof(LaneMath.Erf), ExactActivation.Erf, 3, Erf<Lanes128>);

    [Test]
    public void Limits_and_nan_are_as_documented()
    {
        float[] x = [float.NegativeInfinity, float.PositiveInfinity, float.NaN, 0, -1e30f, 1e30f, float.MinValue, float.MaxValue];
        Assert.Multiple(() =>
        {
            Assert.That(Map(x, Exp<Lanes128>), Is.EqualTo(new[] { 0, float.PositiveInfinity, float.NaN, 1, 0, float.PositiveInfinity, 0, float.PositiveInfinity }));
            Assert.That(Map([float.NegativeInfinity, float.NaN, 0, -1e30f, float.MinValue], ExpNotPositive<Lanes128>), Is.EqualTo(new[] { 0, float.NaN, 1, 0, 0 }));
            Assert.That(Map(x, Sigmoid<Lanes128>), Is.EqualTo(new[] { 0, 1, float.NaN, 0.5f, 0, 1, 0, 1 }));
            Assert.That(Map(x, Tanh<Lanes128>), Is.EqualTo(new[] { -1, 1, float.NaN, 0, -1, 1, -1, 1 }));
            Assert.That(Map(x, Erf<Lanes128>), Is.EqualTo(new[] { -1, 1, float.NaN, 0, -1, 1, -1, 1 }));
        });
    }

    [Test]
    public void Every_vector_width_gives_the_same_bits()
    {
        float[] x = [.. Walk(-110f, 90f), float.NaN, float.NegativeInfinity, float.PositiveInfinity];
        foreach (SimdLevel level in SimdLevels.Available)
        {
            foreach ((Action<nint> narrow, Action<nint> wide, string name) in Pairs(level)) Everywhere.AssertSameBits(Map(x, wide), Map(x, narrow), $"{name} on {level}");
        }
    }

    [Test]
    public void Partial_loads_and_stores_touch_only_their_elements([Range(1, 16)] int count)
    {
        float[] source = TestData.Normal(count, 16), target = new float[17];
        ushort[] narrow = new ushort[17];
        fixed (float* from = source, to = target)
        fixed (ushort* bits = narrow)
        {
            Lanes256 part = LaneMemory.Load<Lanes256>(from, count, -1);
            Assert.That(Lanes256.Sum(part), Is.EqualTo(source[..count].Sum(x => (double)x) - (16 - count)).Within(1e-5));
            LaneMemory.Store(part, to, count);
            LaneMemory.StoreBf16(part, bits, count);
            Lanes256.Store(LaneMemory.LoadBf16<Lanes256>(bits, count), from);
        }
        Assert.That(target, Is.EqualTo(Enumerable.Range(0, 17).Select(i => i < count ? target[i] : 0)));
        Assert.That(source, Is.EqualTo(TestData.RoundToBf16(target[..16])), "what was stored, rounded, and zeros behind it");
        Assert.That(narrow[count..], Is.All.Zero);
    }

    private static void Exp<TLanes>(nint p) where TLanes : struct, ILanes<TLanes> => TLanes.Store(LaneMath.Exp(TLanes.Load((float*)p)), (float*)p);

    private static void ExpNotPositive<TLanes>(nint p) where TLanes : struct, ILanes<TLanes> => TLanes.Store(LaneMath.ExpNotPositive(TLanes.Load((float*)p)), (float*)p);

    private static void Sigmoid<TLanes>(nint p) where TLanes : struct, ILanes<TLanes> => TLanes.Store(LaneMath.Sigmoid(TLanes.Load((float*)p)), (float*)p);

    private static void Tanh<TLanes>(nint p) where TLanes : struct, ILanes<TLanes> => TLanes.Store(LaneMath.Tanh(TLanes.Load((float*)p)), (float*)p);

    private static void Erf<TLanes>(nint p) where TLanes : struct, ILanes<TLanes> => TLanes.Store(LaneMath.Erf(TLanes.Load((float*)p)), (float*)p);

    private static IEnumerable<(Action<nint> Narrow, Action<nint> Wide, string Name)> Pairs(SimdLevel level)
    {
        bool widest = level == SimdLevel.Vector512;
        yield return (Exp<Lanes128>, widest ? Exp<Lanes512> : Exp<Lanes256>, nameof(LaneMath.Exp));
        yield return (Sigmoid<Lanes128>, widest ? Sigmoid<Lanes512> : Sigmoid<Lanes256>, nameof(LaneMath.Sigmoid));
        yield return (Tanh<Lanes128>, widest ? Tanh<Lanes512> : Tanh<Lanes256>, nameof(LaneMath.Tanh));
        yield return (Erf<Lanes128>, widest ? Erf<Lanes512> : Erf<Lanes256>, nameof(LaneMath.Erf));
    }

    private static float[] Map(float[] x, Action<nint> lanes)
    {
        var result = new float[(x.Length + 15) / 16 * 16];
        x.CopyTo(result, 0);
        fixed (float* p = result)
            for (int i = 0; i < result.Length; i += 16) lanes((nint)(p + i));
        return result[..x.Length];
    }

    /// <summary>Error in units of the last place of the exact result; subnormal results count in steps of the smallest one.</summary>
    private static void AssertUlp(float[] x, string name, Func<double, double> exact, double bound, Action<nint> lanes)
    {
        float[] y = Map(x, lanes);
        double worst = 0;
        float worstAt = 0;
        for (int i = 0; i < x.Length; i++)
        {
            double expected = exact(x[i]);
            if (Math.Abs(expected) > float.MaxValue)
            {
                Assert.That(float.IsInfinity(y[i]) || y[i] == float.MaxValue, $"{name}({x[i]:R})");
                continue;
            }
            double ulp = Math.Max(Math.ScaleB(1, Math.ILogB(expected) - 23), float.Epsilon);
            double error = Math.Abs(y[i] - expected) / ulp;
            if (error <= worst) continue;
            (worst, worstAt) = (error, x[i]);
        }
        TestContext.Out.WriteLine($"{name}: {worst:F3} ulp at {worstAt:R}");
        Assert.That(worst, Is.LessThanOrEqualTo(bound), $"{name} at {worstAt:R}");
    }

    /// <summary>Float32 values from low to high, negative ones included, by their bit patterns.</summary>
    private static float[] Walk(float low, float high)
    {
        List<float> values = [];
        for (long key = Key(low); key <= Key(high); key += Stride) values.Add(BitConverter.Int32BitsToSingle(key < 0 ? (int)(int.MinValue - key) : (int)key));
        return [.. values];
    }

    private static long Key(float x)
    {
        int bits = BitConverter.SingleToInt32Bits(x);
        return bits < 0 ? (long)int.MinValue - bits : bits;
    }
}
