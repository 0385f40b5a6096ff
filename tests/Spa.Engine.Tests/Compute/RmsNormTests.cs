using Spa.Engine.Compute;
using Spa.Engine.Tests.Support;

namespace Spa.Engine.Tests.Compute;

[TestFixtureSource(nameof(Tested))]
public sealed class RmsNormTests(TestedBackend tested) : OpTests(tested)
{
    private const float Epsilon = 1e-5f;

    private static readonly Gen<(int Rows, int Width, int Groups, int Seed)> s_shapes =
        Gen.Select(Gen.Int[1, 9], Gen.Int[1, 150], Gen.Int[1, 3], Gen.Int[0, 1000]);

    // A sum of n squares in chains of n / 64, a root, a division and three products: some eight roundings of 6e-8.
    private const double Relative = 1e-6;

    [Test]
    public void Forward_is_within_1e_6_of_float64([Values] bool unitOffset, [Values] bool residual, [Values] bool bf16) =>
        s_shapes.Sample((rows, width, groups, seed) =>
        {
            float[] x = TestData.Normal(seed, rows * width * groups), w = TestData.Normal(seed + 1, width), skip = TestData.Normal(seed + 2, x.Length);
            float[][] outputs = Run((backend, box) =>
            {
                Tensor y = box.Poisoned(rows, width * groups), rstd = box.Poisoned(rows, groups);
                Tensor weight = bf16 ? box.Bf16(w, 1, width) : box.Of(w, 1, width);
                backend.RmsNormForward(y, rstd, box.Of(x, rows, width * groups), weight, Epsilon, unitOffset, residual ? box.Of(skip, rows, width * groups) : default);
                return [y, rstd];
            });
            (double[] exact, double[] exactRstd) = Forward(TestData.Widen(x), TestData.Widen(bf16 ? TestData.RoundToBf16(w) : w), unitOffset);
            if (residual) exact = exact.Zip(skip, (y, s) => y + s).ToArray();
            Everywhere.AssertClose(outputs[1], exactRstd, 0, Relative, "rstd");
            Everywhere.AssertClose(outputs[0], exact, residual ? 1e-6 : 1e-12, Relative, "output");
        }, iter: Iterations(40), threads: 1);

    [Test]
    public void Output_may_be_the_residual_and_rstd_may_be_absent()
    {
        float[] x = TestData.Normal(1, 3 * 20), w = TestData.Normal(2, 20), skip = TestData.Normal(3, x.Length);
        float[][] outputs = Run((backend, box) =>
        {
            Tensor apart = box.Poisoned(3, 20), together = box.Of(skip, 3, 20), input = box.Of(x, 3, 20), weight = box.Of(w, 1, 20);
            backend.RmsNormForward(apart, default, input, weight, Epsilon, false, box.Of(skip, 3, 20));
            backend.RmsNormForward(together, box.Poisoned(3, 1), input, weight, Epsilon, false, together);
            return [apart, together];
        });
        Everywhere.AssertSameBits(outputs[1], outputs[0], "in place");
    }

    [Test]
    public void Backward_agrees_with_finite_differences_of_float64([Values] bool unitOffset) =>
        s_shapes.Sample((rows, width, groups, seed) =>
        {
            float[] x = TestData.Normal(seed, rows * width * groups), w = TestData.Normal(seed + 1, width), dout = TestData.Normal(seed + 2, x.Length);
            float[][] outputs = Backward(x, w, dout, rows, width, groups, unitOffset);
            double[] dx = TestData.Gradient(TestData.Widen(x), at => TestData.Dot(Forward(at, TestData.Widen(w), unitOffset).Output, dout));
            double[] dw = TestData.Gradient(TestData.Widen(w), at => TestData.Dot(Forward(TestData.Widen(x), at, unitOffset).Output, dout));
            // Rows that cancel: rstd is up to 300 for a width of one, where dx is a difference of nearly equal numbers.
            double largest = dout.Max(Math.Abs) * Forward(TestData.Widen(x), TestData.Widen(w), unitOffset).Rstd.Max() * (1 + w.Max(Math.Abs));
            Everywhere.AssertClose(outputs[0], dx, 2e-6 * largest, 1e-5, "dinput");
            Everywhere.AssertClose(outputs[1], dw, 1e-5, 1e-5, "dweight");
        }, iter: Iterations(12), threads: 1);

    [Test]
    public void Accumulating_adds_to_what_is_there_and_dinput_may_be_dout([Values] bool bf16)
    {
        float[] x = TestData.Normal(4, 5 * 36), w = TestData.Normal(5, 18), dout = TestData.Normal(6, x.Length), old = TestData.Normal(7, x.Length);
        float[][] outputs = Run((backend, box) =>
        {
            Tensor input = box.Of(x, 5, 36), weight = bf16 ? box.Bf16(w, 1, 18) : box.Of(w, 1, 18), rstd = box.Poisoned(5, 2);
            backend.RmsNormForward(box.Poisoned(5, 36), rstd, input, weight, Epsilon, true);
            Tensor fresh = box.Poisoned(5, 36), added = box.Of(old, 5, 36), inPlace = box.Of(dout, 5, 36), dw = box.Zeros(1, 18), dwInPlace = box.Zeros(1, 18);
            backend.RmsNormBackward(fresh, dw, box.Of(dout, 5, 36), input, weight, rstd, true, false);
            backend.RmsNormBackward(added, default, box.Of(dout, 5, 36), input, weight, rstd, true, true);
            backend.RmsNormBackward(inPlace, dwInPlace, inPlace, input, weight, rstd, true, false);
            return [fresh, added, inPlace, dw, dwInPlace];
        });
        Everywhere.AssertSameBits(outputs[1], outputs[0].Zip(old, (a, b) => a + b).ToArray(), "accumulated");
        Everywhere.AssertSameBits(outputs[2], outputs[0], "in place");
        Everywhere.AssertSameBits(outputs[4], outputs[3], "dweight, in place");
    }

    [TestCase(1)]
    [TestCase(200)]
    [TestCase(500)]
    public void Two_micro_batches_give_the_bits_of_one(int cut)
    {
        // 600 rows of 1,030 columns: more than one block of rows, and the cut is not at its end.
        const int Rows = 600, Columns = 1030;
        float[] x = TestData.Normal(8, Rows * Columns), w = TestData.Normal(9, Columns), dout = TestData.Normal(10, x.Length);
        float[][] outputs = Run((backend, box) =>
        {
            Tensor input = box.Of(x, Rows, Columns), weight = box.Of(w, 1, Columns), rstd = box.Poisoned(Rows, 1), dy = box.Of(dout, Rows, Columns), dx = box.Poisoned(Rows, Columns);
            backend.RmsNormForward(dx, rstd, input, weight, Epsilon, false);
            Tensor once = box.Zeros(1, Columns), twice = box.Zeros(1, Columns);
            backend.RmsNormBackward(dx, once, dy, input, weight, rstd, false, false);
            foreach ((int start, int count) in new[] { (0, cut), (cut, Rows - cut) })
                backend.RmsNormBackward(dx.RowRange(start, count), twice, dy.RowRange(start, count), input.RowRange(start, count), weight, rstd.RowRange(start, count), false, false);
            return [once, twice];
        });
        AssertSameSum(outputs[1], outputs[0], "dweight");
    }

    [Test]
    public void A_nan_in_a_row_reaches_its_whole_row_and_no_other()
    {
        float[] x = TestData.Normal(11, 3 * 40);
        x[57] = float.NaN;
        float[] y = RunOne((backend, box) =>
        {
            Tensor output = box.Zeros(3, 40);
            backend.RmsNormForward(output, default, box.Of(x, 3, 40), box.Of(Enumerable.Repeat(1f, 40).ToArray(), 1, 40), Epsilon, false);
            return output;
        });
        Assert.That(y.Select(float.IsNaN), Is.EqualTo(Enumerable.Range(0, 120).Select(i => i / 40 == 1)));
    }

    private float[][] Backward(float[] x, float[] w, float[] dout, int rows, int width, int groups, bool unitOffset) => Run((backend, box) =>
    {
        Tensor input = box.Of(x, rows, width * groups), weight = box.Of(w, 1, width), rstd = box.Poisoned(rows, groups);
        Tensor dx = box.Poisoned(rows, width * groups), dw = box.Zeros(1, width);
        backend.RmsNormForward(dx, rstd, input, weight, Epsilon, unitOffset);
        backend.RmsNormBackward(dx, dw, box.Of(dout, rows, width * groups), input, weight, rstd, unitOffset, false);
        return [dx, dw];
    });

    private static (double[] Output, double[] Rstd) Forward(double[] x, double[] w, bool unitOffset)
    {
        double[] rstd = x.Chunk(w.Length).Select(group => 1 / Math.Sqrt(group.Average(v => v * v) + Epsilon)).ToArray();
        return (x.Select((v, i) => v * rstd[i / w.Length] * (w[i % w.Length] + (unitOffset ? 1 : 0))).ToArray(), rstd);
    }
}
