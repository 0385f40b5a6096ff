using Spa.Engine.Compute;
using Spa.Engine.Compute.Cpu;
using Spa.Engine.Tests.Support;

namespace Spa.Engine.Tests.Compute;

/// <summary>
/// Runs an op on every vector width and with one, two and three threads (parts of one item, so that the smallest shape is split too) and
/// asserts that all results have the same bits.
/// </summary>
internal static class Everywhere
{
    /// <summary>The outputs that the body returns, as float32; int32 elements are converted, bfloat16 widened.</summary>
    public static float[][] Run(Func<ComputeBackend, TensorBox, Tensor[]> body)
    {
        float[][]? first = null;
        foreach ((SimdLevel simd, int threads) in Variants())
        {
            using CpuBackend backend = new(new CpuOptions { Simd = simd, Threads = threads }) { Grain = 1 };
            using TensorBox box = new(backend);
            float[][] outputs = Array.ConvertAll(body(backend, box), tensor => ReadAny(backend, tensor));
            first ??= outputs;
            for (int i = 0; i < outputs.Length; i++) AssertSameBits(outputs[i], first[i], $"output {i} on {simd} with {threads} threads");
        }
        return first!;
    }


    public static void AssertSameBits(float[] actual, float[] expected, string what)
    {
        Assert.That(actual, Has.Length.EqualTo(expected.Length), what);
        for (int i = 0; i < actual.Length; i++)
        {
            if (BitConverter.SingleToInt32Bits(actual[i]) != BitConverter.SingleToInt32Bits(expected[i]) && !(float.IsNaN(actual[i]) && float.IsNaN(expected[i])))
                Assert.Fail($"{what}: element {i} is {actual[i]:R}, expected the bits of {expected[i]:R}");
        }
    }

    /// <summary>|actual - expected| within absolute + relative * |expected|, element by element.</summary>
    public static void AssertClose(float[] actual, double[] expected, double absolute, double relative, string what = "")
    {
        Assert.That(actual, Has.Length.EqualTo(expected.Length), what);
        for (int i = 0; i < actual.Length; i++)
        {
            double error = Math.Abs(actual[i] - expected[i]);
            if (!(error <= absolute + relative * Math.Abs(expected[i]))) Assert.Fail($"{what}: element {i} is {actual[i]:R}, expected {expected[i]:R}, error {error:E2}");
        }
    }

    // The split into parts is the same code on every width, so the narrower ones run on one thread: starting threads is what takes the time.
    private static IEnumerable<(SimdLevel Simd, int Threads)> Variants()
    {
        yield return (SimdLevels.Widest, 2);
        yield return (SimdLevels.Widest, 3);
        foreach (SimdLevel simd in SimdLevels.Available) yield return (simd, 1);
    }

    public static float[] ReadAny(ComputeBackend backend, Tensor tensor)
    {
        switch (tensor.Type)
        {
            case DType.Float32:
                var floats = new float[tensor.Count];
                backend.Download<float>(floats, tensor);
                return floats;
            case DType.BFloat16:
                var halves = new ushort[tensor.Count];
                backend.Download<ushort>(halves, tensor);
                return Array.ConvertAll(halves, Bf16.ToSingle);
            default:
                var ints = new int[tensor.Count];
                backend.Download<int>(ints, tensor);
                return Array.ConvertAll(ints, i => (float)i);
        }
    }
}
