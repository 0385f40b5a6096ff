using Spa.Engine.Compute;
using Spa.Engine.Compute.Cpu;
using Spa.Engine.Models;
using Spa.Engine.Tests.Compute;
using Spa.Engine.Tests.Support;

namespace Spa.Engine.Tests.Models;

/// <summary>Errors and sizes of quantised weights against published figures.</summary>
internal sealed class WeightQuantiserTests
{
    private const int Size = 1024;

    // Means and deviations of the mean absolute and mean relative error of 1024 x 1024 normal weights in blocks of 64: bitsandbytes, tests/test_functional.py, test_4bit_quant (float32).
    [TestCase(WeightCode.Nf4, 0.072798, 0.000074, 0.203339, 0.000340)]
    [TestCase(WeightCode.Fp4, 0.096543, 0.000111, 0.260125, 0.000379)]
    public void Errors_on_normal_weights_are_those_that_bitsandbytes_publishes(WeightCode code, double mean, double deviation, double relativeMean, double relativeDeviation)
    {
        (double error, double relative) = Errors(new QuantisedFormat(code, false));
        // Five deviations; the published means are of 200 draws.
        Assert.That(error, Is.EqualTo(mean).Within(5 * deviation));
        Assert.That(relative, Is.EqualTo(relativeMean).Within(5 * relativeDeviation));
        (double nested, double nestedRelative) = Errors(new QuantisedFormat(code, true));
        // "without degrading performance" (QLoRA, section 3): scales within half a step of the map add less than 1 % to the error.
        Assert.That(nested, Is.EqualTo(error).Within(0.01 * error));
        Assert.That(nestedRelative, Is.EqualTo(relative).Within(0.01 * relative));
    }

    [Test]
    public void Eight_bits_err_by_less_than_half_a_step_of_their_row()
    {
        float[] values = TestData.Normal(3, Size * Size), output = Dequantised(values, Size, Size, new QuantisedFormat(WeightCode.Int8, false));
        for (int row = 0; row < Size; row++)
        {
            double largest = values.AsSpan(row * Size, Size).ToArray().Max(Math.Abs);
            for (int i = row * Size; i < (row + 1) * Size; i++) Assert.That(Math.Abs(output[i] - values[i]), Is.LessThanOrEqualTo(largest / 254 * 1.00001));
        }
    }

    [Test]
    public void Scales_cost_half_a_bit_of_a_weight_and_nested_an_eighth()
    {
        // QLoRA, section 3: 32 / 64 = 0.5 bits become 8 / 64 + 32 / (64 * 256) = 0.127.
        static double Bits(QuantisedFormat format) => new QuantisedWeight(0, 0, format, 4096, 4096).Bytes * 8.0 / (4096 * 4096);
        Assert.That(Bits(new QuantisedFormat(WeightCode.Nf4, false)), Is.EqualTo(4.5));
        Assert.That(Bits(new QuantisedFormat(WeightCode.Nf4, true)), Is.EqualTo(4.127).Within(1e-3));
        Assert.That(Bits(new QuantisedFormat(WeightCode.Int8, false)), Is.EqualTo(8 + 32.0 / 4096));
    }

    [Test]
    public void Weights_in_parts_are_the_weights_at_once()
    {
        var format = new QuantisedFormat(WeightCode.Nf4, true);
        float[] values = TestData.Normal(5, 200 * 24);
        WeightQuantiser once = new(format, 200, 24), parts = new(format, 200, 24);
        once.Add(values);
        parts.Add(values.AsMemory(0, 64 * 24));
        parts.Add(values.AsMemory(64 * 24));
        Assert.That(parts.Finish(), Is.EqualTo(once.Finish()));
        Assert.That(() => new WeightQuantiser(format, 200, 24).Add(values.AsMemory(0, 24)), Throws.ArgumentException.With.Message.Contains("whole rows and blocks"));
        Assert.That(() => new WeightQuantiser(format, 200, 24).Finish(), Throws.InvalidOperationException.With.Message.Contains("0 of 4800 values"));
    }

    private static (double Error, double Relative) Errors(QuantisedFormat format)
    {
        float[] values = TestData.Normal(2, Size * Size), output = Dequantised(values, Size, Size, format);
        double[] errors = [.. output.Zip(values, (y, x) => Math.Abs((double)y - x))];
        return (errors.Average(), errors.Zip(values, (error, x) => error / (Math.Abs(x) + 1e-8)).Average());
    }

    private static float[] Dequantised(float[] values, int rows, int columns, QuantisedFormat format)
    {
        using var backend = new CpuBackend(new CpuOptions { Threads = 1 });
        using var box = new TensorBox(backend);
        Tensor y = box.Poisoned(rows, columns);
        backend.DequantiseWeight(y, DequantiseWeightTests.Quantised(box, values, rows, columns, format));
        return box.Read(y);
    }
}
