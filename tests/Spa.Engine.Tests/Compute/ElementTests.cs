using Spa.Engine.Compute;
using Spa.Engine.Compute.Cpu;
using Spa.Engine.Tests.Support;

namespace Spa.Engine.Tests.Compute;

[TestFixtureSource(nameof(Tested))]
public sealed class ElementTests(TestedBackend tested) : OpTests(tested)
{
    // Behind the pieces of 4,096 elements in which a contiguous tensor is walked, and below one vector.
    private static readonly int[] s_columns = [1, 15, 16, 33, 257, 5000];

    [Test]
    public void Copy_of_a_column_range_moves_the_exact_bits([ValueSource(nameof(s_columns))] int columns, [Values(1, 5)] int rows)
    {
        float[] source = TestData.Normal(1, rows * (columns + 3));
        float[] copied = RunOne((backend, box) =>
        {
            Tensor destination = box.Poisoned(rows, columns);
            backend.Copy(destination, box.Of(source, rows, columns + 3).ColumnRange(2, columns));
            return destination;
        });
        Everywhere.AssertSameBits(copied, Pick(source, rows, columns + 3, 2, columns), "copy");
    }

    [Test]
    public void Copy_into_a_column_range_leaves_the_other_columns_alone([ValueSource(nameof(s_columns))] int columns)
    {
        float[] source = TestData.Normal(2, 3 * columns);
        float[] wide = RunOne((backend, box) =>
        {
            Tensor destination = box.Zeros(3, columns + 2);
            backend.Copy(destination.ColumnRange(1, columns), box.Of(source, 3, columns));
            return destination;
        });
        Everywhere.AssertSameBits(Pick(wide, 3, columns + 2, 1, columns), source, "inside");
        Assert.That(Pick(wide, 3, columns + 2, 0, 1).Concat(Pick(wide, 3, columns + 2, columns + 1, 1)), Is.All.Zero, "outside");
    }

    [Test]
    public void Copy_rounds_to_bfloat16_to_nearest_even_and_back_exactly([ValueSource(nameof(s_columns))] int columns)
    {
        float[] source = TestData.Normal(3, 2 * columns);
        float[][] outputs = Run((backend, box) =>
        {
            Tensor narrow = box.Bf16(new float[2 * columns], 2, columns), wide = box.Poisoned(2, columns);
            backend.Copy(narrow, box.Of(source, 2, columns));
            backend.Copy(wide, narrow);
            return [narrow, wide];
        });
        float[] rounded = TestData.RoundToBf16(source);
        Everywhere.AssertSameBits(outputs[0], rounded, "narrowed");
        Everywhere.AssertSameBits(outputs[1], rounded, "widened");
    }

    [Test]
    public void Zero_clears_its_columns_only([ValueSource(nameof(s_columns))] int columns)
    {
        float[] wide = RunOne((backend, box) =>
        {
            Tensor tensor = box.Of(Enumerable.Repeat(1f, 3 * (columns + 2)).ToArray(), 3, columns + 2);
            backend.Zero(tensor.ColumnRange(1, columns));
            return tensor;
        });
        Assert.That(Pick(wide, 3, columns + 2, 1, columns), Is.All.Zero);
        Assert.That(wide.Sum(), Is.EqualTo(6), "the columns at either side");
    }

    [Test]
    public void Add_is_the_float32_sum([ValueSource(nameof(s_columns))] int columns, [Values] bool strided)
    {
        float[] a = TestData.Normal(4, 3 * columns), b = TestData.Normal(5, 3 * (columns + 1));
        float[] sum = RunOne((backend, box) =>
        {
            Tensor destination = box.Of(a, 3, columns);
            Tensor source = strided ? box.Of(b, 3, columns + 1).ColumnRange(1, columns) : box.Of(b[..(3 * columns)], 3, columns);
            backend.Add(destination, source);
            return destination;
        });
        float[] second = strided ? Pick(b, 3, columns + 1, 1, columns) : b[..(3 * columns)];
        Everywhere.AssertSameBits(sum, a.Zip(second, (x, y) => x + y).ToArray(), "sum");
    }

    [Test]
    public void Copy_between_shapes_or_from_integers_is_refused()
    {
        using CpuBackend backend = new();
        using TensorBox box = new(backend);
        Assert.That(() => backend.Copy(box.Zeros(2, 3), box.Zeros(3, 2)), Throws.ArgumentException.With.Message.Contains("Copy: expected the shape of Float32[2, 3]"));
        Assert.That(() => backend.Copy(box.Zeros(3, 1), box.Ints(1, 2, 3)), Throws.ArgumentException);
        Assert.That(() => backend.Add(box.Zeros(3, 1), box.Ints(1, 2, 3)), Throws.ArgumentException);
    }

    [Test]
    public void Bias_gradient_is_the_chain_over_rows_and_goes_on_over_micro_batches([ValueSource(nameof(s_columns))] int columns, [Values(1, 4, 7, 37)] int rows)
    {
        float[] dout = TestData.Normal(6, rows * columns), start = TestData.Normal(7, columns);
        var chain = (float[])start.Clone();
        for (int i = 0; i < dout.Length; i++) chain[i % columns] += dout[i];

        foreach (int cut in new[] { 0, 1, rows / 2, rows })
        {
            float[] dbias = RunOne((backend, box) =>
            {
                Tensor sums = box.Of(start, 1, columns), all = box.Of(dout, rows, columns);
                backend.BiasBackward(sums, all.RowRange(0, cut));
                backend.BiasBackward(sums, all.RowRange(cut, rows - cut));
                return sums;
            });
            AssertSameSum(dbias, chain, $"cut at {cut}");
        }
    }

    private static float[] Pick(float[] data, int rows, int stride, int column, int columns) =>
        Enumerable.Range(0, rows * columns).Select(i => data[i / columns * stride + column + i % columns]).ToArray();
}
