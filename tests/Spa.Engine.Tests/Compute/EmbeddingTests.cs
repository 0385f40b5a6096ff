using Spa.Engine.Compute;
using Spa.Engine.Compute.Cpu;
using Spa.Engine.Tests.Support;

namespace Spa.Engine.Tests.Compute;

[TestFixtureSource(nameof(Tested))]
public sealed class EmbeddingTests(TestedBackend tested) : OpTests(tested)
{
    private const int Vocabulary = 11;
    private static readonly int[] s_columns = [1, 16, 45, 130];

    [Test]
    public void Forward_picks_and_scales_rows([ValueSource(nameof(s_columns))] int columns, [Values] bool bf16)
    {
        float[] weight = TestData.Normal(1, Vocabulary * columns);
        int[] ids = [10, 0, 3, 3, 7];
        float[] output = RunOne((backend, box) =>
        {
            Tensor result = box.Poisoned(ids.Length, columns);
            Tensor table = bf16 ? box.Bf16(weight, Vocabulary, columns) : box.Of(weight, Vocabulary, columns);
            backend.EmbeddingForward(result, box.Ints(ids), table, 1.7f);
            return result;
        });
        float[] exact = bf16 ? TestData.RoundToBf16(weight) : weight;
        Everywhere.AssertSameBits(output, ids.SelectMany(id => exact.Skip(id * columns).Take(columns)).Select(w => w * 1.7f).ToArray(), "rows");
    }

    [TestCase(11)]
    [TestCase(-1)]
    [TestCase(int.MinValue)]
    public void An_id_outside_the_vocabulary_is_named_with_its_position(int id)
    {
        using CpuBackend backend = new();
        using TensorBox box = new(backend);
        Tensor ids = box.Ints(1, 2, id);
        Assert.That(() => backend.EmbeddingForward(box.Zeros(3, 4), ids, box.Zeros(Vocabulary, 4), 1),
            Throws.TypeOf<SpaException>().With.Message.Contains($"token id {id} at position 2 of the batch is outside the model's vocabulary of 11"));
        Assert.That(() => backend.EmbeddingBackward(box.Zeros(Vocabulary, 4), ids, box.Zeros(3, 4), 1), Throws.TypeOf<SpaException>());
    }

    [Test]
    public void Backward_is_the_chain_over_tokens_and_goes_on_over_micro_batches([ValueSource(nameof(s_columns))] int columns)
    {
        int[] ids = TestData.Integers(2, 40, Vocabulary);
        float[] dout = TestData.Normal(3, ids.Length * columns), start = TestData.Normal(4, Vocabulary * columns);
        var chain = (float[])start.Clone();
        for (int i = 0; i < dout.Length; i++)
        {
            int at = ids[i / columns] * columns + i % columns;
            chain[at] = MathF.FusedMultiplyAdd(dout[i], 0.3f, chain[at]);
        }

        foreach (int cut in new[] { 0, 1, 17, 40 })
        {
            float[] dweight = RunOne((backend, box) =>
            {
                Tensor sums = box.Of(start, Vocabulary, columns), all = box.Of(dout, ids.Length, columns);
                backend.EmbeddingBackward(sums, box.Ints(ids[..cut]), all.RowRange(0, cut), 0.3f);
                backend.EmbeddingBackward(sums, box.Ints(ids[cut..]), all.RowRange(cut, ids.Length - cut), 0.3f);
                return sums;
            });
            Everywhere.AssertSameBits(dweight, chain, $"cut at {cut}");
        }
    }

    [Test]
    public void Gather_then_scatter_gives_every_row_back_as_often_as_it_was_picked([ValueSource(nameof(s_columns))] int columns)
    {
        // Small integers: sums are exact, so the order of addition cannot hide an error.
        float[] rows = Array.ConvertAll(TestData.Integers(5, 6 * columns, 100), i => (float)i);
        int[] picks = [5, 1, 1, 0, 5, 5, 2];
        float[][] outputs = Run((backend, box) =>
        {
            Tensor gathered = box.Poisoned(picks.Length, columns), scattered = box.Of(rows, 6, columns), indices = box.Ints(picks);
            backend.GatherRows(gathered, scattered, indices);
            backend.ScatterRowsAdd(scattered, gathered, indices);
            return [gathered, scattered];
        });
        Assert.That(outputs[0], Is.EqualTo(picks.SelectMany(p => rows.Skip(p * columns).Take(columns))));
        Assert.That(outputs[1], Is.EqualTo(rows.Select((x, i) => x * (1 + picks.Count(p => p == i / columns)))));
    }

    [Test]
    public void Gather_of_a_column_range_and_of_bfloat16_rows_copies_bits()
    {
        float[] rows = TestData.Normal(6, 4 * 20);
        float[][] outputs = Run((backend, box) =>
        {
            Tensor floats = box.Poisoned(2, 7), halves = box.Bf16(new float[40], 2, 20), indices = box.Ints(3, 1);
            backend.GatherRows(floats, box.Of(rows, 4, 20).ColumnRange(5, 7), indices);
            backend.GatherRows(halves, box.Bf16(rows, 4, 20), indices);
            return [floats, halves];
        });
        Assert.That(outputs[0], Is.EqualTo(rows[65..72].Concat(rows[25..32])));
        Assert.That(outputs[1], Is.EqualTo(TestData.RoundToBf16([.. rows[60..80], .. rows[20..40]])));
    }

    [Test]
    public void An_index_outside_the_rows_is_refused()
    {
        using CpuBackend backend = new();
        using TensorBox box = new(backend);
        Assert.That(() => backend.GatherRows(box.Zeros(1, 4), box.Zeros(3, 4), box.Ints(3)), Throws.ArgumentException.With.Message.Contains("GatherRows: index 3 at 0 is outside [0, 3)"));
        Assert.That(() => backend.ScatterRowsAdd(box.Zeros(3, 4), box.Zeros(1, 4), box.Ints(-1)), Throws.ArgumentException);
    }
}
