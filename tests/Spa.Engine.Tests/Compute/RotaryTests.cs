using Spa.Engine.Compute;
using Spa.Engine.Compute.Cpu;
using Spa.Engine.Tests.Support;

namespace Spa.Engine.Tests.Compute;

[TestFixtureSource(nameof(Tested))]
public sealed class RotaryTests(TestedBackend tested) : OpTests(tested)
{
    private const int Positions = 13;

    private static readonly Gen<(int Rows, int Heads, int HeadDim, int Pairs, int Seed)> s_shapes =
        from rows in Gen.Int[1, 6]
        from heads in Gen.Int[1, 3]
        from headDim in Gen.Int[2, 80]
        from pairs in Gen.Int[1, headDim / 2]
        from seed in Gen.Int[0, 1000]
        select (rows, heads, headDim, pairs, seed);

    [Test]
    public void Rotates_the_first_pairs_of_every_head_and_the_inverse_turns_back([Values] bool interleaved) =>
        s_shapes.Sample(shape =>
        {
            (int rows, int heads, int headDim, int pairs, int seed) = shape;
            float[] x = TestData.Normal(seed, rows * heads * headDim), table = Table(seed, pairs);
            int[] positions = TestData.Integers(seed, rows, Positions);
            float[][] outputs = Run((backend, box) =>
            {
                Tensor turned = box.Of(x, rows, heads * headDim), back = box.Of(x, rows, heads * headDim), at = box.Ints(positions), angles = box.Of(table, Positions, 2 * pairs);
                backend.Rotary(turned, at, angles, headDim, interleaved, inverse: false);
                backend.Rotary(back, at, angles, headDim, interleaved, inverse: false);
                backend.Rotary(back, at, angles, headDim, interleaved, inverse: true);
                return [turned, back];
            });
            // Two products and a sum of numbers up to 4.
            Everywhere.AssertClose(outputs[0], Exact(x, positions, table, heads, headDim, pairs, interleaved), 1e-6, 1e-6, "turned");
            Everywhere.AssertClose(outputs[1], TestData.Widen(x), 2e-6, 1e-6, "and back");
        }, iter: Iterations(40), threads: 1);

    [Test]
    public void The_inverse_is_the_gradient([Values] bool interleaved)
    {
        const int HeadDim = 12, Pairs = 5;
        float[] x = TestData.Normal(1, 3 * 2 * HeadDim), dout = TestData.Normal(2, x.Length), table = Table(3, Pairs);
        int[] positions = [4, 0, 12];
        float[] dx = RunOne((backend, box) =>
        {
            Tensor gradient = box.Of(dout, 3, 2 * HeadDim);
            backend.Rotary(gradient, box.Ints(positions), box.Of(table, Positions, 2 * Pairs), HeadDim, interleaved, inverse: true);
            return gradient;
        });
        double[] expected = TestData.Gradient(TestData.Widen(x), at => TestData.Dot(Exact(at, positions, table, 2, HeadDim, Pairs, interleaved), dout));
        Everywhere.AssertClose(dx, expected, 1e-6, 1e-6, "dx");
    }

    [Test]
    public void A_column_range_of_a_fused_tensor_is_turned_alone()
    {
        float[] wide = RunOne((backend, box) =>
        {
            Tensor fused = box.Of(Enumerable.Repeat(1f, 3 * 10).ToArray(), 3, 10);
            backend.Rotary(fused.ColumnRange(2, 4), box.Ints(1, 2, 3), box.Of(Table(4, 2), Positions, 4), 4, false, false);
            return fused;
        });
        Assert.That(wide.Where((_, i) => i % 10 is < 2 or >= 6), Is.All.EqualTo(1f));
        Assert.That(wide.Where((_, i) => i % 10 is >= 2 and < 6), Is.All.Not.EqualTo(1f));
    }

    [TestCase(13)]
    [TestCase(-1)]
    public void A_position_outside_the_table_is_named(int position)
    {
        using CpuBackend backend = new();
        using TensorBox box = new(backend);
        Assert.That(() => backend.Rotary(box.Zeros(2, 4), box.Ints(0, position), box.Zeros(Positions, 4), 4, false, false),
            Throws.TypeOf<SpaException>().With.Message.Contains($"position {position} at row 1 of the batch is outside the rotary table of 13 positions"));
    }

    /// <summary>[Positions, 2 * pairs]: cosines, then sines, of arbitrary angles.</summary>
    private static float[] Table(int seed, int pairs)
    {
        float[] angles = TestData.Normal(seed + 7, Positions * pairs, 3);
        return angles.Chunk(pairs).SelectMany(row => row.Select(MathF.Cos).Concat(row.Select(MathF.Sin))).ToArray();
    }

    private static double[] Exact(float[] x, int[] positions, float[] table, int heads, int headDim, int pairs, bool interleaved) =>
        Exact(TestData.Widen(x), positions, table, heads, headDim, pairs, interleaved);

    private static double[] Exact(double[] x, int[] positions, float[] table, int heads, int headDim, int pairs, bool interleaved)
    {
        var y = (double[])x.Clone();
        for (int head = 0; head < positions.Length * heads; head++)
        {
            for (int i = 0; i < pairs; i++)
            {
                int row = positions[head / heads] * 2 * pairs;
                double cos = table[row + i], sin = table[row + pairs + i];
                int first = head * headDim + (interleaved ? 2 * i : i), second = head * headDim + (interleaved ? 2 * i + 1 : i + pairs);
                (y[first], y[second]) = (x[first] * cos - x[second] * sin, x[second] * cos + x[first] * sin);
            }
        }
        return y;
    }
}
