namespace Spa.Emulator.Tests.Kernels;

[TestFixture]
internal sealed class ReductionTests
{
    [TestCase(32, 100)]
    [TestCase(128, 1000)]
    [TestCase(1024, 2000)]
    public void Rows_are_summed_in_the_kernels_order(int threads, int columns)
    {
        const int Rows = 3;
        using Bench bench = new("reductions");
        float[] x = ElementwiseTests.Values(Rows * columns, 5);
        ulong from = bench.Upload(x), to = bench.Allocate<float>(Rows);
        bench.Launch("sum_rows", LaunchGeometry.Linear(Rows, threads), from, to, columns);
        float[] expected = [.. Enumerable.Range(0, Rows).Select(r => BlockSum(Partials(x.AsSpan(r * columns, columns), threads)))];
        Assert.That(bench.Download<float>(to, Rows), Is.EqualTo(expected));
    }

    [Test]
    public void The_last_block_sees_what_the_others_wrote_in_every_order([Range(1, 8)] int seed)
    {
        using Bench bench = new("reductions", new EmulatorOptions { Seed = seed });
        float[] x = [.. Enumerable.Range(0, 5000).Select(i => (float)(i % 13))];
        ulong from = bench.Upload(x), partials = bench.Allocate<float>(9), total = bench.Allocate<float>(1);
        for (int run = 0; run < 2; run++) bench.Launch("sum_all", LaunchGeometry.Linear(9, 64), from, partials, total, x.Length);
        Assert.That(bench.Download<float>(total, 1)[0], Is.EqualTo(x.Sum()));
    }

    [Test]
    public void Softmax_rows_are_within_the_errors_of_the_approximations()
    {
        const int Rows = 4, Columns = 333;
        using Bench bench = new("reductions");
        float[] x = ElementwiseTests.Values(Rows * Columns, 6);
        ulong from = bench.Upload(x), to = bench.Allocate<float>(x.Length);
        bench.Launch("softmax_rows", LaunchGeometry.Linear(Rows, 96), from, to, Columns);
        float[] y = bench.Download<float>(to, x.Length);
        for (int r = 0; r < Rows; r++)
        {
            double[] e = [.. x.Skip(r * Columns).Take(Columns).Select(v => Math.Exp(v))];
            double sum = e.Sum();
            // The product with log2(e) and ex2.approx lose a few units of 2^-24 each, the sum of 333 terms less than that.
            for (int c = 0; c < Columns; c++) Assert.That(y[r * Columns + c], Is.EqualTo(e[c] / sum).Within(1e-6 * e[c] / sum));
        }
    }

    private static float[] Partials(ReadOnlySpan<float> row, int threads)
    {
        float[] sums = new float[threads];
        for (int c = 0; c < row.Length; c++) sums[c % threads] += row[c];
        return sums;
    }

    private static float BlockSum(float[] values)
    {
        float[] warps = new float[32];
        for (int w = 0; w < values.Length / 32; w++) warps[w] = Butterfly([.. values.Skip(32 * w).Take(32)]);
        return Butterfly(warps);
    }

    private static float Butterfly(float[] lanes)
    {
        for (int offset = 16; offset > 0; offset /= 2) lanes = [.. Enumerable.Range(0, 32).Select(i => lanes[i] + lanes[i ^ offset])];
        return lanes[0];
    }
}
