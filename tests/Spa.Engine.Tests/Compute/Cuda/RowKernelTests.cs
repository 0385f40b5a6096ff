using Spa.Engine.Compute;
using Spa.Engine.Tests.Support;

namespace Spa.Engine.Tests.Compute.Cuda;

/// <summary>Elementwise and row kernels on bfloat16, at widths of every path: less than a chunk, whole chunks, a warp's, a block's, and more than a block holds in registers.</summary>
[TestFixtureSource(nameof(Tested))]
public sealed class RowKernelTests(TestedBackend tested) : DeviceOpTests(tested)
{
    private const float Epsilon = 1e-5f;
    private static readonly int[] s_widths = [1, 7, 40, 1024, 1032, 2057, 8200];

    [Test]
    public void RmsNorm_forward_is_the_rounded_result([ValueSource(nameof(s_widths))] int width, [Values] bool bf16Weight, [Values] bool strided)
    {
        float[] x = Rounded(1, 3 * width), w = Rounded(2, width), skip = Rounded(3, x.Length);
        float[][] outputs = Run((backend, box) =>
        {
            Tensor y = Strided(box, new float[x.Length], 3, width, strided), rstd = box.Poisoned(3, 1);
            Tensor weight = bf16Weight ? box.Bf16(w, 1, width) : box.Of(w, 1, width);
            backend.RmsNormForward(y, rstd, Strided(box, x, 3, width, strided), weight, Epsilon, true, Strided(box, skip, 3, width, strided));
            return [Contiguous(backend, box, y), rstd];
        });
        double[] exactRstd = x.Chunk(width).Select(row => 1 / Math.Sqrt(row.Average(v => (double)v * v) + Epsilon)).ToArray();
        Everywhere.AssertClose(outputs[1], exactRstd, 0, 1e-6, "rstd");
        Everywhere.AssertClose(outputs[0], x.Select((v, i) => skip[i] + v * exactRstd[i / width] * (1 + w[i % width])).ToArray(), 1e-5, Bf16Relative, "output");
    }

    [Test]
    public void RmsNorm_backward_agrees_with_float64([ValueSource(nameof(s_widths))] int width, [Values] bool bf16)
    {
        const int Rows = 19;
        float[] x = Rounded(4, Rows * width), w = Rounded(5, width), dout = Rounded(6, x.Length);
        float[][] outputs = Run((backend, box) =>
        {
            Tensor Make(float[] values, int rows) => bf16 ? box.Bf16(values, rows, width) : box.Of(values, rows, width);
            Tensor input = Make(x, Rows), rstd = box.Poisoned(Rows, 1), dx = Make(new float[x.Length], Rows), inPlace = Make(dout, Rows), dw = box.Of(w, 1, width), again = box.Of(w, 1, width);
            Tensor weight = Make(w, 1);
            backend.RmsNormForward(dx, rstd, input, weight, Epsilon, false);
            backend.RmsNormBackward(dx, dw, Make(dout, Rows), input, weight, rstd, false, false);
            backend.RmsNormBackward(inPlace, again, inPlace, input, weight, rstd, false, false);
            return [dx, dw, inPlace, again];
        });
        double[] dxExact = new double[x.Length], dwExact = TestData.Widen(w);
        for (int row = 0; row < Rows; row++)
        {
            double rstd = 1 / Math.Sqrt(x.Skip(row * width).Take(width).Average(v => (double)v * v) + Epsilon), dot = 0;
            for (int i = row * width; i < (row + 1) * width; i++) dot += dout[i] * w[i % width] * x[i] * rstd / width;
            for (int i = row * width; i < (row + 1) * width; i++)
            {
                dxExact[i] = rstd * (dout[i] * w[i % width] - x[i] * rstd * dot);
                dwExact[i % width] += dout[i] * x[i] * rstd;
            }
        }

        // A width of one makes dx a difference of nearly equal numbers.
        double largest = dout.Max(Math.Abs) * (width == 1 ? 300 : 1);
        Everywhere.AssertClose(outputs[0], dxExact, 2e-6 * largest * (1 + w.Max(Math.Abs)), bf16 ? Bf16Relative : 1e-5, "dinput");
        Everywhere.AssertClose(outputs[1], dwExact, 3e-5, 1e-5, "dweight");
        Everywhere.AssertSameBits(outputs[2], outputs[0], "in place");
        Everywhere.AssertSameBits(outputs[3], outputs[1], "dweight, in place");
    }

    [Test]
    public void LayerNorm_agrees_with_float64_both_ways([ValueSource(nameof(s_widths))] int width)
    {
        const int Rows = 11;
        if (width == 1) return;
        float[] x = Rounded(7, Rows * width), w = Rounded(8, width), b = Rounded(9, width), dout = Rounded(10, x.Length);
        float[][] outputs = Run((backend, box) =>
        {
            Tensor input = box.Bf16(x, Rows, width), weight = box.Bf16(w, 1, width), statistics = box.Poisoned(Rows, 2), y = box.Bf16(new float[x.Length], Rows, width);
            Tensor dx = box.Bf16(new float[x.Length], Rows, width), dw = box.Zeros(1, width), db = box.Zeros(1, width);
            backend.LayerNormForward(y, statistics, input, weight, box.Bf16(b, 1, width), Epsilon);
            backend.LayerNormBackward(dx, dw, db, box.Bf16(dout, Rows, width), input, weight, statistics, false);
            return [y, dx, dw, db];
        });
        double[] y = new double[x.Length], dx = new double[x.Length], dw = new double[width], db = new double[width];
        for (int row = 0; row < Rows; row++)
        {
            int first = row * width;
            double mean = x.Skip(first).Take(width).Average(v => (double)v), rstd = 1 / Math.Sqrt(x.Skip(first).Take(width).Average(v => (v - mean) * (v - mean)) + Epsilon), sum = 0, dot = 0;
            for (int i = first; i < first + width; i++) (sum, dot) = (sum + (double)dout[i] * w[i - first] / width, dot + dout[i] * w[i - first] * (x[i] - mean) * rstd / width);
            for (int i = first; i < first + width; i++)
            {
                double xhat = (x[i] - mean) * rstd;
                y[i] = xhat * w[i - first] + b[i - first];
                dx[i] = rstd * (dout[i] * w[i - first] - sum - xhat * dot);
                dw[i - first] += dout[i] * xhat;
                db[i - first] += dout[i];
            }
        }

        Everywhere.AssertClose(outputs[0], y, 1e-5, Bf16Relative, "output");
        Everywhere.AssertClose(outputs[1], dx, 1e-4, Bf16Relative, "dinput");
        Everywhere.AssertClose(outputs[2], dw, 3e-5, 1e-5, "dweight");
        Everywhere.AssertClose(outputs[3], db, 3e-5, 1e-5, "dbias");
    }

    [Test]
    public void Activations_and_gates_are_the_rounded_results([Values] ActivationKind kind, [Values(5, 64)] int width, [Values] bool strided)
    {
        float[] gateUp = Rounded(11, 3 * 2 * width), dout = Rounded(12, 3 * width);
        float[][] outputs = Run((backend, box) =>
        {
            Tensor input = Strided(box, gateUp, 3, 2 * width, strided), y = box.Bf16(new float[dout.Length], 3, width), act = box.Bf16(new float[dout.Length], 3, width);
            Tensor slope = box.Bf16(new float[dout.Length], 3, width), dy = box.Bf16(dout, 3, width);
            backend.GluForward(y, input, kind);
            backend.ActivationForward(act, input.ColumnRange(0, width), kind);
            backend.ActivationBackward(slope, dy, input.ColumnRange(0, width), kind);
            backend.GluBackward(input, dy, input, kind, dy);
            return [y, act, slope, Contiguous(backend, box, input), dy];
        });
        float Gate(int i) => gateUp[i / width * 2 * width + i % width];
        float Up(int i) => gateUp[i / width * 2 * width + width + i % width];
        double[] Exact(Func<int, double> value) => [.. Enumerable.Range(0, dout.Length).Select(value)];
        Everywhere.AssertClose(outputs[0], Exact(i => ExactActivation.Value(kind, Gate(i)) * Up(i)), 1e-5, Bf16Relative, "glu");
        Everywhere.AssertClose(outputs[1], Exact(i => ExactActivation.Value(kind, Gate(i))), 1e-5, Bf16Relative, "activation");
        Everywhere.AssertClose(outputs[2], Exact(i => dout[i] * ExactActivation.Slope(kind, Gate(i))), 1e-5, Bf16Relative, "slope");
        Everywhere.AssertClose([.. outputs[3].Where((_, i) => i % (2 * width) < width)], Exact(i => dout[i] * Up(i) * ExactActivation.Slope(kind, Gate(i))), 2e-5, Bf16Relative, "dgate");
        Everywhere.AssertClose([.. outputs[3].Where((_, i) => i % (2 * width) >= width)], Exact(i => dout[i] * ExactActivation.Value(kind, Gate(i))), 2e-5, Bf16Relative, "dup");
        Everywhere.AssertSameBits(outputs[4], outputs[0], "written again");
    }

    [Test]
    public void Rotary_turns_bfloat16_pairs_and_adds_and_copies_keep_bits([Values] bool interleaved, [Values(3, 16)] int pairs)
    {
        float[] x = Rounded(13, 4 * 2 * 40), table = TestData.Normal(14, 9 * 2 * pairs), y = Rounded(15, x.Length);
        int[] positions = [8, 0, 3, 3];
        float[][] outputs = Run((backend, box) =>
        {
            Tensor turned = box.Bf16(x, 4, 80), sum = box.Bf16(x, 4, 80), copy = box.Bf16(new float[x.Length], 4, 80);
            backend.Rotary(turned, box.Ints(positions), box.Of(table, 9, 2 * pairs), 40, interleaved, false);
            backend.Add(sum, box.Bf16(y, 4, 80));
            backend.Copy(copy, box.Bf16(x, 4, 80));
            return [turned, sum, copy];
        });
        double[] exact = TestData.Widen(x);
        for (int i = 0; i < x.Length; i++)
        {
            int row = i / 80, at = i % 40, pair = interleaved ? at / 2 : at % pairs, other = interleaved ? (at % 2 == 0 ? i + 1 : i - 1) : (at < pairs ? i + pairs : i - pairs);
            if (at >= 2 * pairs) continue;
            double cos = table[positions[row] * 2 * pairs + pair], sin = table[positions[row] * 2 * pairs + pairs + pair];
            bool isFirst = interleaved ? at % 2 == 0 : at < pairs;
            exact[i] = isFirst ? x[i] * cos - x[other] * sin : x[other] * sin + x[i] * cos;
        }

        Everywhere.AssertClose(outputs[0], exact, 1e-5, Bf16Relative, "turned");
        Everywhere.AssertSameBits(outputs[1], TestData.RoundToBf16(x.Zip(y, (a, b) => a + b).ToArray()), "sum");
        Everywhere.AssertSameBits(outputs[2], x, "copy");
    }

    [Test]
    public void Bias_gradient_sums_many_rows([Values(1, 63, 700)] int rows, [Values(3, 40, 264)] int columns, [Values] bool bf16)
    {
        float[] dout = Rounded(16, rows * columns);
        float[] sums = RunOne((backend, box) =>
        {
            Tensor dbias = box.Zeros(1, columns);
            backend.BiasBackward(dbias, bf16 ? box.Bf16(dout, rows, columns) : box.Of(dout, rows, columns));
            return dbias;
        });
        Everywhere.AssertClose(sums, [.. Enumerable.Range(0, columns).Select(c => Enumerable.Range(0, rows).Sum(r => (double)dout[r * columns + c]))], 1e-4, 1e-6, "dbias");
    }

    private static float[] Rounded(int seed, int count) => TestData.RoundToBf16(TestData.Normal(seed, count));

    /// <summary>bfloat16 [rows, width], or the same as a range of a wider matrix that begins on an odd column.</summary>
    private static Tensor Strided(TensorBox box, float[] values, int rows, int width, bool strided)
    {
        if (!strided) return box.Bf16(values, rows, width);
        float[] wide = Enumerable.Repeat(float.NaN, rows * (width + 3)).ToArray();
        for (int i = 0; i < values.Length; i++) wide[i / width * (width + 3) + 1 + i % width] = values[i];
        return box.Bf16(wide, rows, width + 3).ColumnRange(1, width);
    }

    private static Tensor Contiguous(ComputeBackend backend, TensorBox box, Tensor tensor)
    {
        Tensor copy = box.Bf16(new float[tensor.Count], (int)tensor.Rows, tensor.Columns);
        backend.Copy(copy, tensor);
        return copy;
    }
}
