using Spa.Engine.Compute;

namespace Spa.Benchmarks.Cuda;

/// <summary>Causal attention on column ranges of a fused q, k, v, and the attention of a decode step over a paged cache, all bfloat16.</summary>
internal static class AttentionOps
{
    public static IReadOnlyList<DeviceOp> All { get; } =
    [
        new DeviceOp("attention_forward", c => 2 * Product(c), _ => 0, (inputs, c) => new PackedAttention(inputs, c, DType.BFloat16).Forward),
        // Five products, of which making the scores again is one.
        new DeviceOp("attention_backward", c => 5 * Product(c), _ => 0, (inputs, c) => new PackedAttention(inputs, c, DType.BFloat16).BackwardAfterForward(inputs)),
        DeviceOp.OfBytes("attention_decode", c => 4.0 * c["sequences"] * c["length"] * c["kv_heads"] * c["head_dim"], Decode),
    ];

    /// <summary>FLOPs of one product of the causal half.</summary>
    public static double Product(DeviceCase c) => 2.0 * c["sequences"] * c["length"] * (c["length"] + 1) / 2 * c["heads"] * c["head_dim"];

    public static AttentionShape Shape(DeviceCase c) => new(c["heads"], c["kv_heads"], c["head_dim"], 1 / MathF.Sqrt(c["head_dim"]));

    private static Action Decode(DeviceInputs inputs, DeviceCase c)
    {
        int sequences = c["sequences"], length = c["length"], pages = (length + KvCache.PageTokens - 1) / KvCache.PageTokens;
        AttentionShape shape = Shape(c);
        KvCache? cache = null;
        inputs.Keep(inputs.Backend.CreateArena("cache", arena => cache = new KvCache(1, shape.KvHeads, shape.HeadDim, sequences * pages, DType.BFloat16, arena)));
        var rows = new PagedRows();
        for (int s = 0; s < sequences; s++)
        {
            rows.SetPages(s, [.. Enumerable.Range(s * pages, pages)]);
            for (int p = 0; p < length; p++) rows.Add(s, p);
        }

        Tensor keys = inputs.Normal((long)sequences * length, shape.KvHeads * shape.HeadDim), values = inputs.Normal((long)sequences * length, shape.KvHeads * shape.HeadDim);
        inputs.Backend.KvAppend(cache!, 0, keys, values, rows);
        Tensor q = inputs.Normal(sequences, shape.Heads * shape.HeadDim), output = inputs.Empty(DType.BFloat16, sequences, shape.Heads * shape.HeadDim);
        rows.Clear();
        for (int s = 0; s < sequences; s++) rows.Add(s, length - 1);
        return () => inputs.Backend.AttentionPaged(output, q, cache!, 0, rows, shape);
    }
}
