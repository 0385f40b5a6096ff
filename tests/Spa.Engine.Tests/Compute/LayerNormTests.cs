using Spa.Engine.Compute;
using Spa.Engine.Tests.Support;

namespace Spa.Engine.Tests.Compute;

[TestFixtureSource(nameof(Tested))]
public sealed class LayerNormTests(TestedBackend tested) : OpTests(tested)
{
    private const float Epsilon = 1e-5f;

    // From two columns on: a single one is its own mean, so its output is the bias and its gradient 0 (a test of its own).
    private static readonly Gen<(int Rows, int Columns, int Seed)> s_shapes = Gen.Select(Gen.Int[1, 9], Gen.Int[2, 200], Gen.Int[0, 1000]);

    [Test]
    public void Forward_is_within_2e_6_of_float64([Values] bool residual, [Values] bool bf16) =>
        s_shapes.Sample((rows, columns, seed) =>
        {
            float[] x = TestData.Normal(seed, rows * columns), w = TestData.Normal(seed + 1, columns), b = TestData.Normal(seed + 2, columns), skip = TestData.Normal(seed + 3, x.Length);
            float[][] outputs = Run((backend, box) =>
            {
                Tensor y = box.Poisoned(rows, columns), statistics = box.Poisoned(rows, 2);
                Tensor weight = bf16 ? box.Bf16(w, 1, columns) : box.Of(w, 1, columns), bias = bf16 ? box.Bf16(b, 1, columns) : box.Of(b, 1, columns);
                backend.LayerNormForward(y, statistics, box.Of(x, rows, columns), weight, bias, Epsilon, residual ? box.Of(skip, rows, columns) : default);
                return [y, statistics];
            });
            if (bf16) (w, b) = (TestData.RoundToBf16(w), TestData.RoundToBf16(b));
            (double[] exact, double[] statistics) = Forward(TestData.Widen(x), TestData.Widen(w), TestData.Widen(b));
            if (residual) exact = exact.Zip(skip, (y, s) => y + s).ToArray();
            // The mean is off by an ulp of the largest element; close to a variance of 0 that is multiplied by rstd (300 at most).
            double rstd = statistics.Where((_, i) => i % 2 == 1).Max();
            Everywhere.AssertClose(outputs[1], statistics, 5e-7, 1e-6 * Math.Max(1, rstd), "statistics");
            Everywhere.AssertClose(outputs[0], exact, 2e-6 * Math.Max(1, rstd), 1e-6 * Math.Max(1, rstd), "output");
        }, iter: Iterations(40), threads: 1);

    [Test]
    public void Backward_agrees_with_finite_differences_of_float64() =>
        s_shapes.Sample((rows, columns, seed) =>
        {
            float[] x = TestData.Normal(seed, rows * columns), w = TestData.Normal(seed + 1, columns), b = TestData.Normal(seed + 2, columns), dout = TestData.Normal(seed + 3, x.Length);
            float[][] outputs = Run((backend, box) =>
            {
                Tensor input = box.Of(x, rows, columns), weight = box.Of(w, 1, columns), statistics = box.Poisoned(rows, 2), dx = box.Poisoned(rows, columns);
                Tensor dw = box.Zeros(1, columns), db = box.Zeros(1, columns);
                backend.LayerNormForward(dx, statistics, input, weight, box.Of(b, 1, columns), Epsilon);
                backend.LayerNormBackward(dx, dw, db, box.Of(dout, rows, columns), input, weight, statistics, false);
                return [dx, dw, db];
            });
            double[] wideX = TestData.Widen(x), wideW = TestData.Widen(w), wideB = TestData.Widen(b);
            double rstd = Forward(wideX, wideW, wideB).Statistics.Where((_, i) => i % 2 == 1).Max(), scale = Math.Max(1, rstd) * Math.Max(1, rstd);
            Everywhere.AssertClose(outputs[0], TestData.Gradient(wideX, at => TestData.Dot(Forward(at, wideW, wideB).Output, dout)), 1e-5 * scale, 1e-5, "dinput");
            Everywhere.AssertClose(outputs[1], TestData.Gradient(wideW, at => TestData.Dot(Forward(wideX, at, wideB).Output, dout)), 1e-5 * scale, 1e-5, "dweight");
            Everywhere.AssertClose(outputs[2], TestData.Gradient(wideB, at => TestData.Dot(Forward(wideX, wideW, at).Output, dout)), 1e-5, 1e-5, "dbias");
        }, iter: Iterations(12), threads: 1);

    [Test]
    public void A_single_column_gives_the_bias_and_no_gradient()
    {
        float[][] outputs = Run((backend, box) =>
        {
            Tensor input = box.Of([3, -7], 2, 1), weight = box.Of([2], 1, 1), statistics = box.Poisoned(2, 2), y = box.Poisoned(2, 1), dx = box.Poisoned(2, 1);
            backend.LayerNormForward(y, statistics, input, weight, box.Of([5], 1, 1), Epsilon);
            backend.LayerNormBackward(dx, default, default, box.Of([1, 1], 2, 1), input, weight, statistics, false);
            return [y, dx];
        });
        Assert.That(outputs[0], Is.EqualTo(new[] { 5f, 5f }));
        Assert.That(outputs[1], Is.All.Zero);
    }

    [Test]
    public void Accumulation_in_place_and_micro_batches_keep_the_bits()
    {
        const int Rows = 530, Columns = 515;
        float[] x = TestData.Normal(1, Rows * Columns), w = TestData.Normal(2, Columns), dout = TestData.Normal(3, x.Length), old = TestData.Normal(4, x.Length);
        float[][] outputs = Run((backend, box) =>
        {
            Tensor input = box.Of(x, Rows, Columns), weight = box.Of(w, 1, Columns), statistics = box.Poisoned(Rows, 2), dy = box.Of(dout, Rows, Columns);
            Tensor fresh = box.Poisoned(Rows, Columns), added = box.Of(old, Rows, Columns);
            Tensor dw = box.Zeros(1, Columns), db = box.Zeros(1, Columns), dwParts = box.Zeros(1, Columns), dbParts = box.Zeros(1, Columns);
            backend.LayerNormForward(fresh, statistics, input, weight, box.Zeros(1, Columns), Epsilon);
            backend.LayerNormBackward(fresh, dw, db, dy, input, weight, statistics, false);
            backend.LayerNormBackward(added, default, default, dy, input, weight, statistics, true);
            foreach ((int start, int count) in new[] { (0, 77), (77, Rows - 77) })
            {
                Tensor part = dy.RowRange(start, count);
                backend.LayerNormBackward(part, dwParts, dbParts, part, input.RowRange(start, count), weight, statistics.RowRange(start, count), false);
            }
            return [fresh, added, dy, dw, dwParts, db, dbParts];
        });
        Everywhere.AssertSameBits(outputs[1], outputs[0].Zip(old, (a, b) => a + b).ToArray(), "accumulated");
        Everywhere.AssertSameBits(outputs[2], outputs[0], "in place");
        AssertSameSum(outputs[4], outputs[3], "dweight in micro-batches");
        AssertSameSum(outputs[6], outputs[5], "dbias in micro-batches");
    }

    private static (double[] Output, double[] Statistics) Forward(double[] x, double[] w, double[] b)
    {
        double[] statistics = x.Chunk(w.Length).SelectMany(row =>
        {
            double mean = row.Average();
            return new[] { mean, 1 / Math.Sqrt(row.Average(v => (v - mean) * (v - mean)) + Epsilon) };
        }).ToArray();
        return (x.Select((v, i) => (v - statistics[i / w.Length * 2]) * statistics[i / w.Length * 2 + 1] * w[i % w.Length] + b[i % w.Length]).ToArray(), statistics);
    }
}
