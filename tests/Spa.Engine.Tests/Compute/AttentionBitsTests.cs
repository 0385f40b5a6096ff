using Spa.Engine.Compute;
using Spa.Engine.Compute.Cpu;
using Spa.Engine.Tests.Support;

namespace Spa.Engine.Tests.Compute;

/// <summary>What must not change a bit of attention: threads, vector width, the other sequences of the batch, sharing a prefix.</summary>
[NonParallelizable]
public class AttentionBitsTests
{
    private readonly CpuBackend _backend = new(new CpuOptions { Threads = 2 });

    [TearDown]
    public void Dispose() => _backend.Dispose();

    [Test]
    public void Every_thread_count_and_vector_width_gives_the_same_bits()
    {
        CpuBackend[] others = [.. SimdLevels.Available.Select((level, i) => new CpuBackend(new CpuOptions { Simd = level, Threads = 1 + 2 * i }))];
        AttentionCase.Random.Sample(c =>
        {
            (float[] output, float[] lse) = c.Forward(_backend);
            (float[] dq, float[] dk, float[] dv) = c.Backward(_backend);
            foreach (CpuBackend other in others)
            {
                (float[] otherOutput, float[] otherLse) = c.Forward(other);
                (float[] otherDq, float[] otherDk, float[] otherDv) = c.Backward(other);
                AssertSame(otherOutput, output, $"output on {other.Device}: {c}");
                AssertSame(otherLse, lse, $"lse on {other.Device}: {c}");
                AssertSame(otherDq, dq, $"dq on {other.Device}: {c}");
                AssertSame(otherDk, dk, $"dk on {other.Device}: {c}");
                AssertSame(otherDv, dv, $"dv on {other.Device}: {c}");
            }
        }, iter: 40, threads: 1);
        foreach (CpuBackend other in others) other.Dispose();
    }

    [Test]
    public void A_segment_behind_a_prefix_equals_the_whole_sequence_alone() => AttentionCase.Random.Sample(c =>
    {
        (float[] output, float[] lse) = c.Forward(_backend);
        float[] dq = c.Backward(_backend).Dq;
        foreach (AttentionSegment s in c.Segments.Where(s => s.Count > 0))
        {
            int[] rows = [.. Enumerable.Range(s.PrefixStart, s.PrefixCount), .. Enumerable.Range(s.Start, s.Count)];
            AttentionCase alone = c.Take(rows, [new(0, rows.Length)]);
            (float[] aloneOutput, float[] aloneLse) = alone.Forward(_backend);
            float[] aloneDq = alone.Backward(_backend).Dq;
            int width = c.QueryColumns, heads = c.Shape.Heads;
            AssertSame(output[(s.Start * width)..((s.Start + s.Count) * width)], aloneOutput[(s.PrefixCount * width)..], $"output of {s}: {c}");
            AssertSame(lse[(s.Start * heads)..((s.Start + s.Count) * heads)], aloneLse[(s.PrefixCount * heads)..], $"lse of {s}: {c}");
            AssertSame(dq[(s.Start * width)..((s.Start + s.Count) * width)], aloneDq[(s.PrefixCount * width)..], $"dq of {s}: {c}");
        }
    }, iter: 40, threads: 1);

    [Test]
    public void A_packed_sequence_has_the_key_and_value_gradients_it_has_alone() => AttentionCase.Random.Sample(c =>
    {
        AttentionCase packed = c.Take([.. Enumerable.Range(0, c.Rows)], [.. c.Segments.Select(s => new AttentionSegment(s.Start, s.Count))]);
        (_, float[] dk, float[] dv) = packed.Backward(_backend);
        foreach (AttentionSegment s in packed.Segments.Where(s => s.Count > 0))
        {
            (_, float[] aloneDk, float[] aloneDv) = packed.Take([.. Enumerable.Range(s.Start, s.Count)], [new(0, s.Count)]).Backward(_backend);
            int width = c.KeyColumns;
            AssertSame(dk[(s.Start * width)..((s.Start + s.Count) * width)], aloneDk, $"dk of {s}: {c}");
            AssertSame(dv[(s.Start * width)..((s.Start + s.Count) * width)], aloneDv, $"dv of {s}: {c}");
        }
    }, iter: 40, threads: 1);

    [Test]
    public void A_query_does_not_notice_what_stands_in_keys_it_may_not_see()
    {
        var clean = new AttentionCase(new AttentionShape(3, 1, 20, 0.2f, 40), 100, [new(0, 100)]);
        AttentionCase dirty = clean.Take([.. Enumerable.Range(0, 100)], clean.Segments);
        // Row 50 sees keys 11 to 50.
        Array.Fill(dirty.K, float.NaN, 0, 11 * 20);
        Array.Fill(dirty.V, float.NaN, 0, 11 * 20);
        Array.Fill(dirty.K, float.NaN, 51 * 20, 49 * 20);
        Array.Fill(dirty.V, float.NaN, 51 * 20, 49 * 20);
        AssertSame(dirty.Forward(_backend).Output[(50 * 60)..(51 * 60)], clean.Forward(_backend).Output[(50 * 60)..(51 * 60)], "row 50");
    }

    [Test]
    public void A_NaN_in_a_visible_key_reaches_the_output()
    {
        var c = new AttentionCase(new AttentionShape(1, 1, 16, 0.25f), 90, [new(0, 90)]);
        c.K[70 * 16] = float.NaN;
        float[] output = c.Forward(_backend).Output;
        Assert.That(output[..(70 * 16)], Has.None.NaN);
        Assert.That(output[(70 * 16)..], Is.All.NaN);
    }

    [Test]
    public void Warm_calls_allocate_nothing()
    {
        var c = new AttentionCase(new AttentionShape(6, 2, 20, 0.2f), 200, [new(0, 90), new(100, 40, 0, 90), new(140, 60, 0, 90)]);
        using var box = new TensorBox(_backend);
        using var cache = new KvCacheBox(_backend, c.Shape, [c.Rows], DType.Float32);
        cache.Read(c, 0, [c.Rows]);
        (Tensor q, Tensor k, Tensor v) = c.Fused(box, c.Q, c.K, c.V);
        Tensor output = box.Poisoned(c.Rows, c.QueryColumns), lse = box.Poisoned(c.Rows, 6), dout = box.Of(c.Dout, c.Rows, c.QueryColumns);
        Tensor dq = box.Poisoned(c.Rows, c.QueryColumns), dk = box.Poisoned(c.Rows, c.KeyColumns), dv = box.Poisoned(c.Rows, c.KeyColumns);
        AttentionBatch batch = c.Batch();
        PagedRows rows = cache.AllRows(0, c.Rows);
        // The runtime compiles in the background: what every round allocates is what counts.
        long least = long.MaxValue;
        for (int round = 0; round < 20; round++)
        {
            long before = GC.GetTotalAllocatedBytes(precise: true);
            batch.Clear();
            foreach (AttentionSegment segment in c.Segments) batch.Add(segment);
            rows.SetPages(0, cache.PagesOf(0));
            _backend.AttentionForward(output, lse, q, k, v, batch, c.Shape);
            _backend.AttentionBackward(dq, dk, dv, dout, output, lse, q, k, v, batch, c.Shape);
            _backend.KvAppend(cache.Cache, 0, k, v, rows);
            _backend.AttentionPaged(output, q, cache.Cache, 0, rows, c.Shape);
            least = Math.Min(least, GC.GetTotalAllocatedBytes(precise: true) - before);
        }
        Assert.That(least, Is.Zero);
    }

    [Test]
    public void Wrong_shapes_and_segments_are_told()
    {
        var shape = new AttentionShape(6, 2, 20, 0.2f);
        Assert.That(() => new AttentionCase(shape, 5, [new(0, 6)]).Forward(_backend), Throws.ArgumentException.With.Message.Contains("5 rows"));
        Assert.That(() => new AttentionCase(shape, 9, [new(0, 6), new(5, 3)]).Forward(_backend), Throws.ArgumentException.With.Message.Contains("cover row 5"));
        Assert.That(() => new AttentionCase(shape with { Heads = 5 }, 9, []).Forward(_backend), Throws.ArgumentException.With.Message.Contains("multiple of key/value heads"));
        using var box = new TensorBox(_backend);
        Tensor good = box.Zeros(4, 120), keys = box.Zeros(4, 40), bad = box.Zeros(4, 41), lse = box.Zeros(4, 6);
        var batch = new AttentionBatch();
        Assert.That(() => _backend.AttentionForward(good, lse, good, keys, bad, batch, shape), Throws.ArgumentException.With.Message.EqualTo("AttentionForward: expected Float32[4, 40], found Float32[4, 41]"));
        Assert.That(() => _backend.AttentionBackward(good, keys, keys, good, good, bad, good, keys, keys, batch, shape), Throws.ArgumentException.With.Message.Contains("expected Float32[4, 6]"));
    }

    private static void AssertSame(float[] actual, float[] expected, string what)
    {
        Assert.That(actual, Has.Length.EqualTo(expected.Length), what);
        for (int i = 0; i < expected.Length; i++)
        {
            if (BitConverter.SingleToInt32Bits(actual[i]) != BitConverter.SingleToInt32Bits(expected[i])) Assert.Fail($"{what}: [{i}] {actual[i]:R} instead of {expected[i]:R}");
        }
    }
}
