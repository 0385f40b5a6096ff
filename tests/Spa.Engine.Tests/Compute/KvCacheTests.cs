using Spa.Engine.Compute;
using Spa.Engine.Tests.Support;

namespace Spa.Engine.Tests.Compute;

[TestFixtureSource(nameof(Tested))]
public sealed class KvCacheTests(TestedBackend tested) : OpTests(tested)
{
    private ComputeBackend _backend = null!;

    [SetUp]
    public void Create() => _backend = CreateBackend();

    [TearDown]
    public void Dispose() => _backend.Dispose();

    [Test]
    public void Paged_attention_equals_packed_attention_bit_for_bit() => Cases.Sample(x =>
    {
        AttentionCase packed = Sequence(x.Shape, x.Length, x.Seed);
        using var cache = new KvCacheBox(_backend, packed.Shape, [x.Length], DType.Float32);
        Assert.That(cache.Read(packed, 0, x.Steps), Is.EqualTo(packed.Forward(_backend).Output), packed.ToString());
    }, iter: Iterations(60), threads: 1);

    [Test]
    public void Paged_attention_of_several_sequences_in_one_step_equals_each_alone()
    {
        var shape = new AttentionShape(6, 2, 32, 0.2f, 100);
        int[] lengths = [1, 64, 130, 200];
        AttentionCase[] cases = [.. lengths.Select((length, i) => Sequence(shape, length, i))];
        using var cache = new KvCacheBox(_backend, shape, lengths, DType.Float32);
        float[][] outputs = cache.ReadTogether(cases);
        for (int i = 0; i < cases.Length; i++) Assert.That(outputs[i], Is.EqualTo(cases[i].Forward(_backend).Output), $"sequence {i}");
    }

    [Test]
    public void A_bfloat16_cache_is_close_to_float64_on_rounded_keys_and_values([Values(16, 20, 64, 80)] int headDim, [Values(0, 50)] int window)
    {
        AttentionCase c = Sequence(new AttentionShape(6, 2, headDim, 1 / MathF.Sqrt(headDim), window), 200, 5);
        for (int i = 0; i < c.K.Length; i++) (c.K[i], c.V[i]) = (TensorBox.RoundToBf16(c.K[i]), TensorBox.RoundToBf16(c.V[i]));
        using var cache = new KvCacheBox(_backend, c.Shape, [c.Rows], DType.BFloat16);
        float[] output = cache.Read(c, 0, [130, 1, 69]);
        Assert.That(output, Is.EqualTo(c.Forward(_backend).Output), "rounding rounded numbers changes nothing");
        double[] expected = AttentionReference.Forward(c, [.. c.Q.Select(x => (double)x)], [.. c.K.Select(x => (double)x)], [.. c.V.Select(x => (double)x)]).Output;
        // The arithmetic is float32, so is the tolerance: that of AttentionTests.
        Assert.That(output.Zip(expected, (a, e) => Math.Abs(a - e)).Max(), Is.LessThan(2e-5));
    }

    [Test]
    public void A_bfloat16_cache_rounds_to_nearest_even()
    {
        AttentionCase c = Sequence(new AttentionShape(2, 1, 20, 0.2f), 100, 3), rounded = Sequence(c.Shape, 100, 3);
        for (int i = 0; i < c.K.Length; i++) (rounded.K[i], rounded.V[i]) = (TensorBox.RoundToBf16(c.K[i]), TensorBox.RoundToBf16(c.V[i]));
        using var cache = new KvCacheBox(_backend, c.Shape, [c.Rows], DType.BFloat16);
        Assert.That(cache.Read(c, 0, [100]), Is.EqualTo(rounded.Forward(_backend).Output));
    }

    [Test]
    public void A_fork_in_the_middle_of_a_page_goes_its_own_way([Values(DType.Float32, DType.BFloat16)] DType type)
    {
        var shape = new AttentionShape(4, 2, 24, 0.2f);
        AttentionCase first = Sequence(shape, 150, 1), second = Sequence(shape, 150, 2);
        Share(first, second, 100);
        if (type == DType.BFloat16) Round(first, second);
        using var cache = new KvCacheBox(_backend, shape, [150, 150], type);
        cache.Read(first, 0, [100]);
        cache.Fork(0, 1, 100);
        float[] firstOutput = cache.Read(first, 0, [20, 30], 100), secondOutput = cache.Read(second, 1, [1, 49], 100);
        Assert.That(firstOutput, Is.EqualTo(first.Forward(_backend).Output[(100 * first.QueryColumns)..]));
        Assert.That(secondOutput, Is.EqualTo(second.Forward(_backend).Output[(100 * first.QueryColumns)..]));
    }

    [Test]
    public void Pages_behind_the_window_are_not_needed()
    {
        AttentionCase c = Sequence(new AttentionShape(2, 1, 16, 0.25f, 30), 200, 1);
        using var cache = new KvCacheBox(_backend, c.Shape, [200], DType.Float32);
        float[] before = cache.Read(c, 0, [180]);
        cache.Forget(0, 2);
        Assert.That((float[])[.. before, .. cache.Read(c, 0, [20], 180)], Is.EqualTo(c.Forward(_backend).Output));
    }

    [Test]
    public void Wrong_pages_and_shapes_are_told()
    {
        AttentionCase c = Sequence(new AttentionShape(2, 1, 16, 0.25f), 100, 1);
        using var cache = new KvCacheBox(_backend, c.Shape, [100], DType.Float32);
        cache.Forget(0, 1);
        Assert.That(() => cache.Read(c, 0, [100]), Throws.ArgumentException.With.Message.Contains("sequence 0 needs page-table entry 0, found page -1"));
        Assert.That(() => cache.Read(Sequence(new AttentionShape(2, 2, 16, 0.25f), 100, 1), 0, [100]), Throws.ArgumentException.With.Message.Contains("Float32[100, 16]"));
        Assert.That(() => _backend.KvCopyPage(cache.Cache, 0, 99), Throws.ArgumentException.With.Message.Contains("99"));
        var rows = new PagedRows();
        rows.Add(0, 3);
        rows.Add(0, 3);
        using var box = new TensorBox(_backend);
        Tensor q = box.Zeros(2, 32);
        Assert.That(() => _backend.AttentionPaged(q, q, cache.Cache, 0, rows, c.Shape), Throws.ArgumentException.With.Message.Contains("ascend"));
        Assert.That(() => _backend.AttentionPaged(q, q, cache.Cache, 9, rows, c.Shape), Throws.ArgumentException.With.Message.Contains("layer"));
        Assert.That(() => _backend.AttentionPaged(q, q, cache.Cache, 0, rows, c.Shape with { HeadDim = 8, Heads = 4 }), Throws.ArgumentException.With.Message.Contains("heads of 16"));
    }

    private static Gen<(AttentionShape Shape, int Length, int[] Steps, int Seed)> Cases { get; } =
        from kvHeads in Gen.Int[1, 2]
        from @group in Gen.OneOf(1, 2, 3, 5)
        from headDim in Gen.OneOf(8, 16, 20, 64, 80)
        from window in Gen.OneOf(Gen.Const(0), Gen.Int[1, 150])
        from cap in Gen.OneOf(0f, 0f, 5f)
        from steps in Gen.OneOf(Gen.Int[1, 3], Gen.Int[1, 150]).Array[1, 4]
        from seed in Gen.Int
        select (new AttentionShape(kvHeads * @group, kvHeads, headDim, 1 / MathF.Sqrt(headDim), window, cap), steps.Sum(), steps, seed);

    private static AttentionCase Sequence(AttentionShape shape, int length, int seed) => new(shape, length, [new AttentionSegment(0, length)], seed);

    private static void Share(AttentionCase from, AttentionCase to, int rows)
    {
        Array.Copy(from.Q, to.Q, rows * from.QueryColumns);
        Array.Copy(from.K, to.K, rows * from.KeyColumns);
        Array.Copy(from.V, to.V, rows * from.KeyColumns);
    }

    private static void Round(params AttentionCase[] cases)
    {
        foreach (AttentionCase c in cases)
        {
            for (int i = 0; i < c.K.Length; i++) (c.K[i], c.V[i]) = (TensorBox.RoundToBf16(c.K[i]), TensorBox.RoundToBf16(c.V[i]));
        }
    }
}
