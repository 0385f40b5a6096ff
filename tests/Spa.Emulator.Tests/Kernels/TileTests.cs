namespace Spa.Emulator.Tests.Kernels;

[TestFixture]
internal sealed class TileTests
{
    [TestCase("transpose_conflicts")]
    [TestCase("transpose_padded")]
    public void Transposes_are_exact(string kernel)
    {
        const int N = 64;
        using Bench bench = new("tiles");
        float[] x = ElementwiseTests.Values(N * N, 7);
        ulong from = bench.Upload(x), to = bench.Allocate<float>(N * N);
        bench.Launch(kernel, new LaunchGeometry(2, 2, 1, 32, 8, 1, 0), from, to, N);
        float[] y = bench.Download<float>(to, N * N);
        for (int r = 0; r < N; r++) for (int c = 0; c < N; c++) Assert.That(y[c * N + r], Is.EqualTo(x[r * N + c]));
    }

    [TestCase(16, 16, 16)]
    [TestCase(33, 20, 50)]
    public void A_matrix_product_is_a_chain_of_fused_multiply_adds(int m, int n, int k)
    {
        using Bench bench = new("tiles");
        float[] a = ElementwiseTests.Values(m * k, 8), b = ElementwiseTests.Values(k * n, 9);
        ulong da = bench.Upload(a), db = bench.Upload(b), dc = bench.Allocate<float>(m * n);
        bench.Launch("matmul", new LaunchGeometry((n + 15) / 16, (m + 15) / 16, 1, 16, 16, 1, 0), da, db, dc, m, n, k);
        float[] c = bench.Download<float>(dc, m * n);
        for (int i = 0; i < m; i++)
        {
            for (int j = 0; j < n; j++)
            {
                float sum = 0;
                for (int p = 0; p < k; p++) sum = MathF.FusedMultiplyAdd(a[i * k + p], b[p * n + j], sum);
                Assert.That(c[i * n + j], Is.EqualTo(sum), $"({i}, {j})");
            }
        }
    }

    [TestCase(16)]
    [TestCase(64)]
    public void Tensor_cores_fed_by_asynchronous_copies_multiply_bfloat16(int k)
    {
        using Bench bench = new("tensor");
        // Whole numbers up to 8 are exact in bfloat16, their sums in float32, so that the order of the sum does not matter.
        Random random = new(k);
        float[] a = [.. Enumerable.Range(0, 16 * k).Select(_ => (float)random.Next(-8, 9))], b = [.. Enumerable.Range(0, 8 * k).Select(_ => (float)random.Next(-8, 9))];
        ulong da = bench.Upload(Brain(a)), db = bench.Upload(Brain(b)), dc = bench.Allocate<float>(16 * 8);
        bench.Launch("mma_bf16", LaunchGeometry.Linear(1, 32), da, db, dc, k);
        float[] c = bench.Download<float>(dc, 16 * 8);
        for (int i = 0; i < 16; i++)
            for (int j = 0; j < 8; j++) Assert.That(c[i * 8 + j], Is.EqualTo(Enumerable.Range(0, k).Sum(p => a[i * k + p] * b[j * k + p])), $"({i}, {j})");
    }

    private static ushort[] Brain(float[] values) => [.. values.Select(v => (ushort)(BitConverter.SingleToUInt32Bits(v) >> 16))];
}
