using System.Runtime.InteropServices;
using Spa.Engine.Compute;
using Spa.Engine.Models;
using Spa.Engine.Tests.Support;

namespace Spa.Engine.Tests.Compute;

/// <summary>Quantised weights: what the host writes, every backend reads, and both are the papers' formulas.</summary>
[TestFixtureSource(nameof(Tested))]
public sealed class DequantiseWeightTests(TestedBackend tested) : OpTests(tested)
{
    private static readonly QuantisedFormat[] s_formats =
        [new(WeightCode.Nf4, false), new(WeightCode.Nf4, true), new(WeightCode.Fp4, false), new(WeightCode.Fp4, true), new(WeightCode.Int8, false)];

    // Blocks that cross rows and end early, an odd number of elements, more than one block of nested scales, whole chunks of 8.
    private static readonly (int Rows, int Columns)[] s_shapes = [(1, 1), (3, 65), (7, 9), (70, 300), (4, 64), (65, 264)];

    [Test]
    public void Weights_become_the_value_nearest_in_float64([ValueSource(nameof(s_formats))] QuantisedFormat format, [ValueSource(nameof(s_shapes))] (int Rows, int Columns) shape)
    {
        float[] values = Values(shape.Rows, shape.Columns);
        float[] output = RunOne((backend, box) =>
        {
            Tensor y = box.Poisoned(shape.Rows, shape.Columns);
            backend.DequantiseWeight(y, Quantised(box, values, shape.Rows, shape.Columns, format));
            return y;
        });
        double largest = values.Max(Math.Abs);
        double[][] candidates = ExactQuantisation.Candidates(values, shape.Columns, format);
        for (int i = 0; i < output.Length; i++)
        {
            // Three roundings of 6e-8; a nested scale is rounded beside its mean and the largest difference from it.
            if (!candidates[i].Any(x => Math.Abs(output[i] - x) <= 3e-7 * (Math.Abs(x) + (format.IsNested ? largest : 0))))
                Assert.Fail($"element {i}: {values[i]:R} became {output[i]:R}, expected {string.Join(" or ", candidates[i])}");
        }
    }

    [Test]
    public void Any_rows_any_stride_and_bfloat16_have_the_same_bits_rounded_once([ValueSource(nameof(s_formats))] QuantisedFormat format, [Values(9, 65, 264)] int columns)
    {
        const int Rows = 12, First = 5, Count = 6;
        float[] values = Values(Rows, columns);
        float[][] outputs = Run((backend, box) =>
        {
            QuantisedWeight weight = Quantised(box, values, Rows, columns, format);
            Tensor all = box.Poisoned(Rows, columns), part = box.Poisoned(Count, columns), strided = box.Poisoned(Count, columns + 3), narrow = box.Bf16(new float[Count * columns], Count, columns);
            backend.DequantiseWeight(all, weight);
            backend.DequantiseWeight(part, weight, First);
            backend.DequantiseWeight(strided.ColumnRange(1, columns), weight, First);
            backend.DequantiseWeight(narrow, weight, First);
            return [all, part, strided, narrow];
        });
        float[] expected = outputs[0][(First * columns)..((First + Count) * columns)];
        Everywhere.AssertSameBits(outputs[1], expected, "rows");
        Everywhere.AssertSameBits([.. outputs[2].Chunk(columns + 3).SelectMany(row => row[1..^2])], expected, "strided");
        Assert.That(outputs[2].Chunk(columns + 3).All(row => float.IsNaN(row[0]) && float.IsNaN(row[^1])), "beside the strided rows");
        Everywhere.AssertSameBits(outputs[3], TestData.RoundToBf16(expected), "bfloat16");
    }

    [Test]
    public void Rows_that_the_weight_does_not_have_and_other_widths_are_refused()
    {
        using ComputeBackend backend = CreateBackend();
        using var box = new TensorBox(backend);
        QuantisedWeight weight = Quantised(box, Values(4, 64), 4, 64, s_formats[1]);
        Assert.Multiple(() =>
        {
            Assert.That(() => backend.DequantiseWeight(box.Zeros(4, 64), weight, 1), Throws.ArgumentException.With.Message.Contains("[1, 5)").And.Message.Contains("Nf4 nested[4, 64]"));
            Assert.That(() => backend.DequantiseWeight(box.Zeros(4, 63), weight), Throws.ArgumentException.With.Message.Contains("[4, 64]"));
            Assert.That(() => backend.DequantiseWeight(box.Ints(new int[64]).Reshape(1, 64), weight), Throws.ArgumentException.With.Message.Contains("Float32 or BFloat16"));
        });
    }

    /// <summary>A weight on the backend, quantised by the host.</summary>
    internal static QuantisedWeight Quantised(TensorBox box, float[] values, int rows, int columns, QuantisedFormat format)
    {
        var quantiser = new WeightQuantiser(format, rows, columns);
        quantiser.Add(values);
        Tensor words = box.Ints([.. MemoryMarshal.Cast<byte, int>(quantiser.Finish())]), tables = box.Of(CodeBook.Tables(format), 1, QuantisedWeight.TableLength);
        return new QuantisedWeight(words.Address, tables.Address, format, rows, columns);
    }

    // Normal, with a block of zeros where there is room, and rows of very different size.
    private static float[] Values(int rows, int columns)
    {
        float[] values = TestData.Normal(rows * 1000 + columns, rows * columns);
        for (int i = 0; i < values.Length; i++) values[i] *= 1 + i / columns % 5 * 20;
        if (values.Length >= 256) values.AsSpan(64, 64).Clear();
        return values;
    }
}
