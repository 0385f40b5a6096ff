using System.Diagnostics;
using Spa.Engine.Compute;

namespace Spa.Cli.Diagnosis;

/// <summary>Whether the CPU backend computes rightly, and roughly how fast this machine is. Takes about a second.</summary>
internal static class CpuCheck
{
    private static readonly TimeSpan s_budget = TimeSpan.FromMilliseconds(400);

    /// <summary>
    /// Largest error of a small product against double precision, in units of the largest entry. The sizes are multiples of no vector
    /// width, so that every path of the kernel runs.
    /// </summary>
    public static double MatMulError(ComputeBackend backend)
    {
        const int M = 37, K = 129, N = 51;
        Random random = new(1);
        float[] a = Fill(random, M * K), b = Fill(random, K * N), found = new float[M * N];
        Multiply(backend, a, b, found, M, K, N);
        double worst = 0, largest = 0;
        for (int i = 0; i < M; i++)
        {
            for (int j = 0; j < N; j++)
            {
                double sum = 0;
                for (int k = 0; k < K; k++) sum += (double)a[i * K + k] * b[k * N + j];
                worst = Math.Max(worst, Math.Abs(sum - found[i * N + j]));
                largest = Math.Max(largest, Math.Abs(sum));
            }
        }

        return worst / largest;
    }

    /// <summary>10^9 multiplications and additions per second in a product of the size that small models have.</summary>
    public static double GigaFlops(ComputeBackend backend)
    {
        const int Size = 768;
        Random random = new(2);
        double best = double.MaxValue;
        Multiply(backend, Fill(random, Size * Size), Fill(random, Size * Size), new float[Size * Size], Size, Size, Size, seconds => best = Math.Min(best, seconds));
        return 2.0 * Size * Size * Size / best / 1e9;
    }

    /// <summary>10^9 bytes per second that all threads read together from memory larger than any cache.</summary>
    public static double ReadGigabytes(int threads)
    {
        const int Floats = 48 << 20;
        float[] data = new float[Floats];
        data.AsSpan().Fill(1);
        int part = Floats / threads;
        double best = double.MaxValue;
        double[] sums = new double[threads];
        Stopwatch total = Stopwatch.StartNew();
        do
        {
            Stopwatch watch = Stopwatch.StartNew();
            Parallel.For(0, threads, new ParallelOptions { MaxDegreeOfParallelism = threads }, i =>
                sums[i] = Sum(data.AsSpan(i * part, part)));
            best = Math.Min(best, watch.Elapsed.TotalSeconds);
        }
        while (total.Elapsed < s_budget);
        return (double)part * threads * sizeof(float) / best / 1e9;
    }

    // Four chains, so that the additions' latency does not hide the memory.
    private static float Sum(ReadOnlySpan<float> data)
    {
        int width = System.Numerics.Vector<float>.Count;
        System.Numerics.Vector<float> a = default, b = default, c = default, d = default;
        for (int i = 0; i + 4 * width <= data.Length; i += 4 * width)
        {
            a += new System.Numerics.Vector<float>(data[i..]);
            b += new System.Numerics.Vector<float>(data[(i + width)..]);
            c += new System.Numerics.Vector<float>(data[(i + 2 * width)..]);
            d += new System.Numerics.Vector<float>(data[(i + 3 * width)..]);
        }

        return System.Numerics.Vector.Sum(a + b + (c + d));
    }

    private static void Multiply(
        ComputeBackend backend, float[] a, float[] b, float[] product, int m, int k, int n, Action<double>? timed = null)
    {
        Tensor left = default, right = default, output = default;
        using Arena arena = backend.CreateArena("doctor", layout =>
        {
            left = layout.Take("a", DType.Float32, m, k);
            right = layout.Take("b", DType.Float32, k, n);
            output = layout.Take("c", DType.Float32, m, n);
        });
        backend.Upload<float>(left, a);
        backend.Upload<float>(right, b);
        Stopwatch total = Stopwatch.StartNew();
        do
        {
            Stopwatch watch = Stopwatch.StartNew();
            backend.MatMul(output, left, right);
            backend.Synchronize();
            timed?.Invoke(watch.Elapsed.TotalSeconds);
        }
        while (timed is not null && total.Elapsed < s_budget);
        backend.Download(product, output);
    }

    private static float[] Fill(Random random, int count)
    {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) values[i] = random.NextSingle() - 0.5f;
        return values;
    }
}
