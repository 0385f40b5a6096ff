using Spa.Engine.Compute;
using Spa.Engine.Tests.Support;

namespace Spa.Engine.Tests.Compute;

/// <summary>One attention problem with its inputs, and ways to run it on a backend: on column ranges of fused tensors, outputs poisoned.</summary>
internal sealed class AttentionCase
{
    public AttentionCase(AttentionShape shape, int rows, AttentionSegment[] segments, int seed = 1)
    {
        (Shape, Rows, Segments) = (shape, rows, segments);
        var random = new Random(seed);
        (Q, K, V, Dout) = (Normal(random, rows * shape.Heads * shape.HeadDim), Normal(random, rows * shape.KvHeads * shape.HeadDim),
            Normal(random, rows * shape.KvHeads * shape.HeadDim), Normal(random, rows * shape.Heads * shape.HeadDim));
    }

    /// <summary>Shapes with odd head sizes, windows and caps; segments with gaps between, some behind a prefix of earlier rows.</summary>
    public static Gen<AttentionCase> Random { get; } =
        from kvHeads in Gen.Int[1, 3]
        from @group in Gen.OneOf(1, 2, 3, 4, 8)
        from headDim in Gen.OneOf(1, 8, 16, 20, 32, 64, 80)
        from window in Gen.OneOf(Gen.Const(0), Gen.Int[1, 150])
        from cap in Gen.OneOf(0f, 0f, 2f, 30f)
        from pieces in Gen.Select(Gen.OneOf(Gen.Int[0, 3], Gen.Int[1, 140]), Gen.OneOf(0, 0, 0, 1, 7), Gen.Bool, Gen.Int[0, 1000]).Array[1, 5]
        from seed in Gen.Int
        select Of(new AttentionShape(kvHeads * @group, kvHeads, headDim, 1 / MathF.Sqrt(headDim), window, cap), pieces, seed);

    public AttentionShape Shape { get; }

    public int Rows { get; }

    public AttentionSegment[] Segments { get; }

    public float[] Q { get; }

    public float[] K { get; }

    public float[] V { get; }

    public float[] Dout { get; }

    public int QueryColumns => Shape.Heads * Shape.HeadDim;

    public int KeyColumns => Shape.KvHeads * Shape.HeadDim;

    public int QueryIndex(int row, int head, int d) => row * QueryColumns + head * Shape.HeadDim + d;

    public int KeyIndex(int row, int head, int d) => row * KeyColumns + head / (Shape.Heads / Shape.KvHeads) * Shape.HeadDim + d;

    public AttentionBatch Batch()
    {
        var batch = new AttentionBatch();
        foreach (AttentionSegment segment in Segments) batch.Add(segment);
        return batch;
    }

    /// <summary>Packed rows of q, k or v of a case of its own.</summary>
    public AttentionCase Take(int[] rows, AttentionSegment[] segments)
    {
        var taken = new AttentionCase(Shape, rows.Length, segments);
        for (int i = 0; i < rows.Length; i++)
        {
            foreach ((float[] from, float[] to, int width) in new[] { (Q, taken.Q, QueryColumns), (K, taken.K, KeyColumns), (V, taken.V, KeyColumns), (Dout, taken.Dout, QueryColumns) })
                Array.Copy(from, rows[i] * width, to, i * width, width);
        }
        return taken;
    }

    public (float[] Output, float[] Lse) Forward(ComputeBackend backend)
    {
        using var box = new TensorBox(backend);
        (Tensor q, Tensor k, Tensor v) = Fused(box, Q, K, V);
        Tensor output = box.Poisoned(Rows, QueryColumns), lse = box.Poisoned(Rows, Shape.Heads);
        backend.AttentionForward(output, lse, q, k, v, Batch(), Shape);
        return (box.Read(output), box.Read(lse));
    }

    public (float[] Dq, float[] Dk, float[] Dv) Backward(ComputeBackend backend)
    {
        using var box = new TensorBox(backend);
        (Tensor q, Tensor k, Tensor v) = Fused(box, Q, K, V);
        Tensor output = box.Poisoned(Rows, QueryColumns), lse = box.Poisoned(Rows, Shape.Heads), dout = box.Of(Dout, Rows, QueryColumns);
        Tensor gradients = box.Poisoned(Rows, QueryColumns + 2 * KeyColumns);
        AttentionBatch batch = Batch();
        backend.AttentionForward(output, lse, q, k, v, batch, Shape);
        backend.AttentionBackward(gradients.ColumnRange(0, QueryColumns), gradients.ColumnRange(QueryColumns, KeyColumns),
            gradients.ColumnRange(QueryColumns + KeyColumns, KeyColumns), dout, output, lse, q, k, v, batch, Shape);
        float[] all = box.Read(gradients);
        return (Columns(all, 0, QueryColumns), Columns(all, QueryColumns, KeyColumns), Columns(all, QueryColumns + KeyColumns, KeyColumns));
    }

    public override string ToString() => $"{Shape} rows {Rows}: {string.Join(' ', Segments)}";

    /// <summary>q, k and v side by side in one tensor.</summary>
    public (Tensor Q, Tensor K, Tensor V) Fused(TensorBox box, float[] q, float[] k, float[] v)
    {
        int width = QueryColumns + 2 * KeyColumns;
        var data = new float[Rows * width];
        for (int r = 0; r < Rows; r++)
        {
            Array.Copy(q, r * QueryColumns, data, r * width, QueryColumns);
            Array.Copy(k, r * KeyColumns, data, r * width + QueryColumns, KeyColumns);
            Array.Copy(v, r * KeyColumns, data, r * width + QueryColumns + KeyColumns, KeyColumns);
        }
        Tensor fused = box.Of(data, Rows, width);
        return (fused.ColumnRange(0, QueryColumns), fused.ColumnRange(QueryColumns, KeyColumns), fused.ColumnRange(QueryColumns + KeyColumns, KeyColumns));
    }

    private static AttentionCase Of(AttentionShape shape, (int Count, int Gap, bool Prefix, int Choice)[] pieces, int seed)
    {
        var segments = new List<AttentionSegment>();
        int row = 0;
        foreach ((int count, int gap, bool prefix, int choice) in pieces)
        {
            int start = row + gap;
            // A prefix is any stretch of earlier rows: a whole segment, a part of one, or more than one.
            int prefixStart = prefix && row > 0 ? choice % row : 0, prefixCount = prefix && row > 0 ? 1 + choice * 7 % (row - prefixStart) : 0;
            segments.Add(new AttentionSegment(start, count, prefixStart, prefixCount));
            row = start + count;
        }
        return new AttentionCase(shape, row + pieces[0].Gap, [.. segments], seed);
    }

    private static float[] Normal(Random random, int count)
    {
        var data = new float[count];
        for (int i = 0; i < count; i++) data[i] = (float)(Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()));
        return data;
    }

    private float[] Columns(float[] all, int start, int count)
    {
        int width = all.Length / Math.Max(1, Rows);
        return Enumerable.Range(0, Rows).SelectMany(r => all[(r * width + start)..(r * width + start + count)]).ToArray();
    }
}
