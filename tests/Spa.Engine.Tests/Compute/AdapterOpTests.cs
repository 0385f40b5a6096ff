using Spa.Engine.Compute;

namespace Spa.Engine.Tests.Compute;

/// <summary>Scale, its gradient, and dropout: the contract's operations to the bit where it names them.</summary>
[TestFixtureSource(nameof(Tested))]
public sealed class AdapterOpTests(TestedBackend tested) : OpTests(tested)
{
    private static readonly int[] s_columns = [1, 8, 17, 264];

    [Test]
    public void Scale_rounds_every_step_and_its_parts_may_be_absent([ValueSource(nameof(s_columns))] int columns, [Values] bool scaled, [Values] bool added)
    {
        const int Rows = 5;
        float[] x = TestData.Normal(1, Rows * (columns + 1)), scale = TestData.Normal(2, columns), bias = TestData.Normal(3, columns), residual = TestData.Normal(4, Rows * columns);
        float[] output = RunOne((backend, box) =>
        {
            Tensor y = added ? box.Of(residual, Rows, columns) : box.Poisoned(Rows, columns);
            backend.Scale(y, box.Of(x, Rows, columns + 1).ColumnRange(1, columns), 0.7f, scaled ? box.Of(scale, 1, columns) : default, added ? box.Of(bias, 1, columns) : default,
                added ? y : default);
            return y;
        });
        var expected = new float[Rows * columns];
        for (int i = 0; i < expected.Length; i++)
        {
            (int row, int column) = Math.DivRem(i, columns);
            float y = 0.7f * x[row * (columns + 1) + 1 + column];
            if (scaled) y *= scale[column];
            if (added)
            {
                y += bias[column];
                y += residual[i];
            }
            expected[i] = y;
        }
        Everywhere.AssertSameBits(output, expected, "scale");
    }

    [Test]
    public void The_gradient_of_a_scale_is_the_sum_over_rows_and_goes_on([ValueSource(nameof(s_columns))] int columns)
    {
        const int Rows = 70;
        float[] dout = TestData.Normal(5, Rows * columns), x = TestData.Normal(6, Rows * columns), start = TestData.Normal(7, columns);
        float[] dscale = RunOne((backend, box) =>
        {
            Tensor sums = box.Of(start, 1, columns);
            backend.ScaleBackward(sums, box.Of(dout, Rows, columns), box.Of(x, Rows, columns));
            return sums;
        });
        double[] expected = [.. start];
        for (int i = 0; i < dout.Length; i++) expected[i % columns] += (double)dout[i] * x[i];
        // 70 products of size 1, some 70 roundings of 6e-8 of sums below 30.
        Everywhere.AssertClose(dscale, expected, 5e-5, 1e-5, "dscale");
    }

    [Test]
    public void Dropout_follows_the_row_s_key_wherever_the_row_lies([ValueSource(nameof(s_columns))] int columns, [Values] bool accumulate)
    {
        int[] keys = [11, 12, -3, 4, 11, 12];
        float[] x = TestData.Normal(8, 3 * columns), before = TestData.Normal(9, 3 * columns);
        DropoutMask mask = new(42 | 7UL << 32, 5, 0.25);
        float[] output = RunOne((backend, box) =>
        {
            Tensor y = accumulate ? box.Of(before, 3, columns) : box.Poisoned(3, columns);
            backend.Dropout(y, box.Of(x, 3, columns), box.Ints(keys).Reshape(3, 2), mask, accumulate);
            return y;
        });
        var expected = new float[x.Length];
        for (int i = 0; i < x.Length; i++)
        {
            (int row, int column) = Math.DivRem(i, columns);
            (uint a, uint b, uint c, uint d) = Philox.Next(42 | 7UL << 32, (uint)keys[2 * row], (uint)keys[2 * row + 1], (uint)column / 4, 5);
            uint word = new[] { a, b, c, d }[column % 4];
            float kept = word >= 0.25 * 4294967296.0 ? (float)(1 / 0.75) * x[i] : 0;
            expected[i] = accumulate ? before[i] + kept : kept;
        }
        Everywhere.AssertSameBits(output, expected, "dropped");
    }

    [Test]
    public void Dropout_keeps_the_wanted_share()
    {
        const int Columns = 4096;
        float[] output = RunOne((backend, box) =>
        {
            Tensor y = box.Poisoned(4, Columns);
            backend.Dropout(y, box.Of([.. Enumerable.Repeat(1f, 4 * Columns)], 4, Columns), box.Ints(1, 2, 3, 4, 5, 6, 7, 8).Reshape(4, 2), new DropoutMask(1, 0, 0.1));
            return y;
        });
        // Four deviations of a mean of 16,384 draws.
        Assert.That(output.Count(v => v == 0) / (4.0 * Columns), Is.EqualTo(0.1).Within(0.0094));
    }
}
