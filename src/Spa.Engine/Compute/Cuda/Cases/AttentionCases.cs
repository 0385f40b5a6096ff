using static Spa.Engine.Compute.DType;

namespace Spa.Engine.Compute.Cuda.Cases;

/// <summary>Attention on packed rows and on a paged cache.</summary>
internal static class AttentionCases
{
    private static readonly AttentionShape s_small = new(6, 2, 64, 0.125f), s_wide = new(4, 2, 128, 0.08838835f);

    public static IEnumerable<KernelCase> All =>
    [
        Forward("bf16 6x2x64, 64 and 2x96 rows", BFloat16, s_small, "attention_forward"),
        Forward("bf16 4x2x128, 64 and 2x96 rows", BFloat16, s_wide, "attention_forward"),
        Forward("f32 6x2x64, 64 and 2x96 rows", Float32, s_small, "attention_forward_float"),
        Backward("bf16 6x2x64, 64 and 2x96 rows", BFloat16, s_small, "attention_query_gradient", "attention_key_gradient"),
        Backward("bf16 4x2x128, 64 and 2x96 rows", BFloat16, s_wide, "attention_query_gradient", "attention_key_gradient"),
        Backward("f32 6x2x64, 64 and 2x96 rows", Float32, s_small, "attention_query_gradient_float", "attention_key_gradient_float"),
        Paged("decode bf16 6x2x64, 4 of 200", BFloat16, 4, first: 199, count: 1, "attention_forward"),
        Paged("decode bf16 6x2x64, 2 of 1200", BFloat16, 2, first: 1199, count: 1, "attention_forward", "attention_combine"),
        Paged("prompt bf16 6x2x64, 96 rows", BFloat16, 1, first: 0, count: 96, "attention_forward"),
        Paged("decode f32 6x2x64, 4 of 200", Float32, 4, first: 199, count: 1, "attention_forward_float"),
        Append("bf16 64 rows", BFloat16),
        Append("f32 64 rows", Float32),
    ];

    private static KernelCase Forward(string form, DType type, AttentionShape shape, params string[] kernels) => new($"attention {form}", kernels, t =>
    {
        (Tensor q, Tensor k, Tensor v) = Fused(t, type, shape);
        Tensor output = t.Filled(type, 256, shape.Heads * shape.HeadDim), lse = t.Filled(Float32, 256, shape.Heads);
        AttentionBatch batch = Batch();
        return () => t.Backend.AttentionForward(output, lse, q, k, v, batch, shape);
    });

    private static KernelCase Backward(string form, DType type, AttentionShape shape, params string[] kernels) => new($"attention-backward {form}", [.. kernels, "attention_delta"], t =>
    {
        (Tensor q, Tensor k, Tensor v) = Fused(t, type, shape);
        (Tensor dq, Tensor dk, Tensor dv) = Fused(t, type, shape);
        Tensor output = t.Filled(type, 256, shape.Heads * shape.HeadDim), lse = t.Filled(Float32, 256, shape.Heads), dout = t.Normal(type, 256, shape.Heads * shape.HeadDim);
        AttentionBatch batch = Batch();
        t.Backend.AttentionForward(output, lse, q, k, v, batch, shape);
        return () => t.Backend.AttentionBackward(dq, dk, dv, dout, output, lse, q, k, v, batch, shape);
    });

    private static KernelCase Paged(string form, DType type, int sequences, int first, int count, params string[] kernels) => new($"attention-paged {form}", kernels, t =>
    {
        AttentionShape shape = s_small;
        KvCache cache = Cache(t, type, sequences, first + count);
        PagedRows all = Rows(sequences, 0, first + count), rows = Rows(sequences, first, count);
        Tensor keys = t.Normal(type, all.Count, shape.KvHeads * shape.HeadDim), values = t.Normal(type, all.Count, shape.KvHeads * shape.HeadDim);
        t.Backend.KvAppend(cache, 0, keys, values, all);
        Tensor q = t.Normal(type, rows.Count, shape.Heads * shape.HeadDim), output = t.Filled(type, rows.Count, shape.Heads * shape.HeadDim);
        return () => t.Backend.AttentionPaged(output, q, cache, 0, rows, shape);
    });

    private static KernelCase Append(string form, DType type) => new($"kv-append {form}", ["kv_append"], t =>
    {
        KvCache cache = Cache(t, type, 1, 64);
        PagedRows rows = Rows(1, 0, 64);
        (_, Tensor k, Tensor v) = Fused(t, type, s_small);
        return () => t.Backend.KvAppend(cache, 0, k.RowRange(0, 64), v.RowRange(0, 64), rows);
    });

    /// <summary>A prompt of 64 rows that two responses of 96 share.</summary>
    private static AttentionBatch Batch()
    {
        AttentionBatch batch = new();
        batch.Add(new AttentionSegment(0, 64));
        batch.Add(new AttentionSegment(64, 96, 0, 64));
        batch.Add(new AttentionSegment(160, 96, 0, 64));
        return batch;
    }

    private static (Tensor Q, Tensor K, Tensor V) Fused(CaseTensors t, DType type, AttentionShape shape)
    {
        int q = shape.Heads * shape.HeadDim, k = shape.KvHeads * shape.HeadDim;
        Tensor fused = t.Normal(type, 256, q + 2 * k);
        return (fused.ColumnRange(0, q), fused.ColumnRange(q, k), fused.ColumnRange(q + k, k));
    }

    private static KvCache Cache(CaseTensors t, DType type, int sequences, int length)
    {
        KvCache Layout(Arena arena) => new(1, s_small.KvHeads, s_small.HeadDim, sequences * PagesOf(length), type, arena);
        return Layout(t.Arena(arena => Layout(arena)));
    }

    private static PagedRows Rows(int sequences, int first, int count)
    {
        PagedRows rows = new();
        int pages = PagesOf(first + count);
        for (int sequence = 0; sequence < sequences; sequence++)
        {
            // From the last page to the first: neighbours in a sequence are no neighbours in memory.
            rows.SetPages(sequence, [.. Enumerable.Range(sequence * pages, pages).Reverse()]);
            for (int i = 0; i < count; i++) rows.Add(sequence, first + i);
        }

        return rows;
    }

    private static int PagesOf(int length) => (length + KvCache.PageTokens - 1) / KvCache.PageTokens;
}
