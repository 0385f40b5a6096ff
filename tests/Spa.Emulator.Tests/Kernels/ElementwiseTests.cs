namespace Spa.Emulator.Tests.Kernels;

[TestFixture]
internal sealed class ElementwiseTests
{
    [TestCase(1)]
    [TestCase(255)]
    [TestCase(1000)]
    public void Saxpy_takes_a_struct_parameter_and_rounds_once(int n)
    {
        using Bench bench = new("elementwise");
        float[] x = Values(n, 1), y = Values(n, 2);
        ulong dx = bench.Upload(x), dy = bench.Upload(y);
        byte[] args = [.. BitConverter.GetBytes(dx), .. BitConverter.GetBytes(dy), .. BitConverter.GetBytes(1.5f), .. BitConverter.GetBytes(n)];
        bench.Launch("saxpy", LaunchGeometry.Linear((n + 127) / 128, 128), (object)args);
        float[] expected = [.. x.Zip(y, (a, b) => MathF.FusedMultiplyAdd(1.5f, a, b))];
        Assert.That(bench.Download<float>(dy, n), Is.EqualTo(expected));
    }

    [Test]
    public void Vectors_are_copied_by_a_grid_that_is_too_small()
    {
        using Bench bench = new("elementwise");
        float[] x = Values(4 * 777, 3);
        ulong from = bench.Upload(x), to = bench.Allocate<float>(x.Length);
        bench.Launch("copy_vectors", LaunchGeometry.Linear(3, 64), from, to, 777);
        Assert.That(bench.Download<float>(to, x.Length), Is.EqualTo(x));
    }

    [Test]
    public void Bfloat16_rounds_to_nearest_even()
    {
        using Bench bench = new("elementwise");
        uint[] bits = [0, 0x8000_0000, 0x3F80_8000, 0x3F81_8000, 0x3F80_8001, 0x3F80_7FFF, 0x7F7F_FFFF, 0x7F80_0000, 0x7FC0_0000, 0xFF80_0001, 1, 0x0000_8000];
        ushort[] expected = [0, 0x8000, 0x3F80, 0x3F82, 0x3F81, 0x3F80, 0x7F80, 0x7F80, 0x7FFF, 0x7FFF, 0, 0];
        ulong from = bench.Upload(bits), to = bench.Allocate<ushort>(bits.Length);
        bench.Launch("round_to_bf16", LaunchGeometry.Linear(1, 32), from, to, bits.Length);
        Assert.That(bench.Download<ushort>(to, bits.Length), Is.EqualTo(expected));
    }

    [Test]
    public void Bytes_are_rounded_and_clamped()
    {
        using Bench bench = new("elementwise");
        float[] x = [0.5f, 1.5f, -0.5f, -2.5f, 300, -300, 126.4f];
        ulong from = bench.Upload(x), to = bench.Allocate<sbyte>(x.Length);
        bench.Launch("quantise", LaunchGeometry.Linear(1, 32), from, to, 1f, x.Length);
        Assert.That(bench.Download<sbyte>(to, x.Length), Is.EqualTo(new sbyte[] { 0, 2, 0, -2, 127, -127, 126 }));
    }

    internal static float[] Values(int n, int seed)
    {
        Random random = new(seed);
        return [.. Enumerable.Range(0, n).Select(_ => (float)(random.NextDouble() * 4 - 2))];
    }
}
