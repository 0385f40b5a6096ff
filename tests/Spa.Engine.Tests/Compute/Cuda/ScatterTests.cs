using Spa.Engine.Compute;
using Spa.Engine.Tests.Support;

namespace Spa.Engine.Tests.Compute.Cuda;

/// <summary>Embedding gradient and scatter where rows meet: windows, buckets, types.</summary>
[TestFixtureSource(nameof(Tested))]
public sealed class ScatterTests(TestedBackend tested) : DeviceOpTests(tested)
{
    // One id for all tokens; ids of one bucket (256 apart); more ids than buckets.
    [TestCase(600, 3, 1)]
    [TestCase(700, 3, 256)]
    [TestCase(700, 1000, 1)]
    public void Gradient_is_the_chain_over_tokens_to_the_bit(int tokens, int ids, int spread)
    {
        const int Columns = 20;
        int vocabulary = ids * spread;
        int[] picks = Array.ConvertAll(TestData.Integers(1, tokens, ids), id => id * spread);
        float[] dout = TestData.RoundToBf16(TestData.Normal(2, tokens * Columns)), start = TestData.Normal(3, vocabulary * Columns);
        foreach (bool bf16 in new[] { false, true })
        {
            float[] dweight = RunOne((backend, box) =>
            {
                Tensor sums = box.Of(start, vocabulary, Columns);
                backend.EmbeddingBackward(sums, box.Ints(picks), bf16 ? box.Bf16(dout, tokens, Columns) : box.Of(dout, tokens, Columns), 0.7f);
                return sums;
            });
            var chain = (float[])start.Clone();
            for (int i = 0; i < dout.Length; i++)
            {
                int at = picks[i / Columns] * Columns + i % Columns;
                chain[at] = MathF.FusedMultiplyAdd(dout[i], 0.7f, chain[at]);
            }

            Everywhere.AssertSameBits(dweight, chain, bf16 ? "bfloat16" : "float32");
        }
    }

    [Test]
    public void Rows_of_bfloat16_are_gathered_and_come_back_rounded_once([Values(7, 16)] int columns)
    {
        float[] rows = TestData.RoundToBf16(TestData.Normal(4, 6 * columns)), input = TestData.RoundToBf16(TestData.Normal(5, 5 * columns));
        int[] picks = [5, 1, 1, 0, 5];
        float[][] outputs = Run((backend, box) =>
        {
            Tensor target = box.Bf16(rows, 6, columns), gathered = box.Bf16(new float[input.Length], 5, columns), indices = box.Ints(picks);
            backend.GatherRows(gathered, target, indices);
            backend.ScatterRowsAdd(target, box.Bf16(input, 5, columns), indices);
            return [gathered, target];
        });
        Everywhere.AssertSameBits(outputs[0], picks.SelectMany(p => rows.Skip(p * columns).Take(columns)).ToArray(), "gathered");
        var sums = (float[])rows.Clone();
        for (int i = 0; i < input.Length; i++) sums[picks[i / columns] * columns + i % columns] += input[i];
        Everywhere.AssertSameBits(outputs[1], TestData.RoundToBf16(sums), "scattered");
    }

    [Test]
    public void A_bad_id_is_told_when_the_host_waits_and_is_then_forgotten()
    {
        using ComputeBackend backend = CreateBackend();
        using TensorBox box = new(backend);
        Tensor output = box.Zeros(3, 4), weight = box.Zeros(11, 4);
        backend.EmbeddingForward(output, box.Ints(1, 99, -5), weight, 1);
        Assert.That(backend.Synchronize, Throws.TypeOf<SpaException>().With.Message.Contains("token id 99 at position 1 of the batch is outside the model's vocabulary of 11"));
        Assert.That(box.Read(output).Select(float.IsNaN), Is.EqualTo(Enumerable.Range(0, 12).Select(i => i >= 4)));
        backend.EmbeddingBackward(weight, box.Ints(-5, 1, 2), output, 1);
        Assert.That(() => box.Read(weight), Throws.TypeOf<SpaException>().With.Message.Contains("token id -5 at position 0"));
        backend.ScatterRowsAdd(weight, output, box.Ints(1, 2, 11));
        Assert.That(backend.Synchronize, Throws.ArgumentException.With.Message.Contains("index 11 at 2 is outside [0, 11)"));
        backend.GatherRows(output, weight, box.Ints(0, 1, -1));
        Assert.That(backend.Synchronize, Throws.ArgumentException.With.Message.Contains("index -1 at 2 is outside [0, 11)"));
        backend.Rotary(weight, box.Ints(Enumerable.Range(0, 11).ToArray()), box.Zeros(10, 4), 4, false, false);
        Assert.That(backend.Synchronize, Throws.TypeOf<SpaException>().With.Message.Contains("position 10 at row 10 of the batch is outside the rotary table of 10 positions"));
        Assert.That(backend.Synchronize, Throws.Nothing);
    }
}
