using Spa.Engine.Compute;
using Spa.Engine.Compute.Cpu;
using Spa.Engine.Tests.Support;

namespace Spa.Engine.Tests.Compute;

[TestFixtureSource(nameof(Tested))]
public sealed class ActivationTests(TestedBackend tested) : OpTests(tested)
{
    private static readonly Gen<(int Rows, int Columns, int Seed)> s_shapes = Gen.Select(Gen.Int[1, 7], Gen.Int[1, 90], Gen.Int[0, 1000]);

    // Seven roundings of 6e-8 each; GELU's absolute part is the last place of erf near -1, where 1 + erf cancels.
    private const double Relative = 1e-6;
    private const double Absolute = 1e-6;

    [Test]
    public void Forward_is_within_1e_6_of_float64([Values] ActivationKind kind) =>
        s_shapes.Sample((rows, columns, seed) =>
        {
            float[] x = TestData.Normal(seed, rows * columns, 4);
            float[] y = RunOne((backend, box) =>
            {
                Tensor output = box.Poisoned(rows, columns);
                backend.ActivationForward(output, box.Of(x, rows, columns), kind);
                return output;
            });
            Everywhere.AssertClose(y, Array.ConvertAll(x, v => ExactActivation.Value(kind, v)), Absolute, Relative, "output");
        }, iter: Iterations(25), threads: 1);

    [Test]
    public void Backward_agrees_with_finite_differences_in_place_too([Values] ActivationKind kind) =>
        s_shapes.Sample((rows, columns, seed) =>
        {
            float[] x = TestData.Normal(seed, rows * columns, 3), dout = TestData.Normal(seed + 1, x.Length);
            float[][] outputs = Run((backend, box) =>
            {
                Tensor apart = box.Poisoned(rows, columns), inPlace = box.Of(dout, rows, columns), input = box.Of(x, rows, columns);
                backend.ActivationBackward(apart, inPlace, input, kind);
                backend.ActivationBackward(inPlace, inPlace, input, kind);
                return [apart, inPlace];
            });
            Everywhere.AssertClose(outputs[0], x.Zip(dout, (v, d) => d * ExactActivation.Slope(kind, v)).ToArray(), 4 * Absolute, 4 * Relative, "dinput");
            Everywhere.AssertSameBits(outputs[1], outputs[0], "in place");
        }, iter: Iterations(25), threads: 1);

    [Test]
    public void Glu_forward_is_within_1e_6_of_float64([Values] ActivationKind kind) =>
        s_shapes.Sample((rows, columns, seed) =>
        {
            float[] gateUp = TestData.Normal(seed, rows * 2 * columns, 3);
            float[] y = RunOne((backend, box) =>
            {
                Tensor output = box.Poisoned(rows, columns);
                backend.GluForward(output, box.Of(gateUp, rows, 2 * columns), kind);
                return output;
            });
            Everywhere.AssertClose(y, Glu(gateUp, columns, kind), 10 * Absolute, Relative, "output");
        }, iter: Iterations(25), threads: 1);

    [Test]
    public void Glu_backward_agrees_with_finite_differences_and_its_outputs_may_lie_on_its_inputs([Values] ActivationKind kind) =>
        s_shapes.Sample((rows, columns, seed) =>
        {
            float[] gateUp = TestData.Normal(seed, rows * 2 * columns, 2), dout = TestData.Normal(seed + 1, rows * columns);
            float[][] outputs = Run((backend, box) =>
            {
                Tensor input = box.Of(gateUp, rows, 2 * columns), dy = box.Of(dout, rows, columns), apart = box.Poisoned(rows, 2 * columns), forward = box.Poisoned(rows, columns);
                backend.GluForward(forward, input, kind);
                backend.GluBackward(apart, dy, input, kind);
                backend.GluBackward(input, dy, input, kind, dy);
                return [apart, input, forward, dy];
            });
            Everywhere.AssertClose(outputs[0], GluGradient(gateUp, dout, columns, kind), 2e-5, 4 * Relative, "dgateUp");
            Everywhere.AssertSameBits(outputs[1], outputs[0], "in place");
            Everywhere.AssertSameBits(outputs[3], outputs[2], "the output written again");
        }, iter: Iterations(25), threads: 1);

    [Test]
    public void Column_ranges_and_nan_pass_through([Values] ActivationKind kind)
    {
        float[] y = RunOne((backend, box) =>
        {
            Tensor wide = box.Of([7, 1, float.NaN, 2, 7, 7, float.NaN, -1, 1, 7], 2, 5);
            backend.ActivationForward(wide.ColumnRange(1, 3), wide.ColumnRange(1, 3), kind);
            return wide;
        });
        Assert.That(y.Select(float.IsNaN), Is.EqualTo(Enumerable.Range(0, 10).Select(i => i is 2 or 6)));
        Assert.That(new[] { y[0], y[4], y[5], y[9] }, Is.All.EqualTo(7f), "columns outside the range");
    }

    [Test]
    public void An_unknown_activation_and_a_wrong_width_are_refused()
    {
        using CpuBackend backend = new();
        using TensorBox box = new(backend);
        Assert.That(() => backend.GluForward(box.Zeros(1, 2), box.Zeros(1, 4), (ActivationKind)9), Throws.InstanceOf<ArgumentException>());
        Assert.That(() => backend.GluForward(box.Zeros(1, 2), box.Zeros(1, 5), ActivationKind.Silu), Throws.ArgumentException.With.Message.Contains("GluForward: expected gateUp Float32[1, 4]"));
    }

    private static double[] Glu(float[] gateUp, int columns, ActivationKind kind) =>
        gateUp.Chunk(2 * columns).SelectMany(row => row.Take(columns).Zip(row.Skip(columns), (gate, up) => ExactActivation.Value(kind, gate) * up)).ToArray();

    private static double[] GluGradient(float[] gateUp, float[] dout, int columns, ActivationKind kind) => gateUp.Select((value, i) =>
    {
        int row = i / (2 * columns), column = i % (2 * columns);
        double d = dout[row * columns + column % columns];
        return column < columns ? d * gateUp[i + columns] * ExactActivation.Slope(kind, value) : d * ExactActivation.Value(kind, gateUp[i - columns]);
    }).ToArray();
}
