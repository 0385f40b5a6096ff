using Spa.Engine.Compute;

namespace Spa.Benchmarks.Cuda;

/// <summary>Causal attention on column ranges of a fused q, k, v, and the attention of a decode step over a paged cache, all bfloat16.</summary>
internal static class AttentionOps
{
    public static IReadOnlyList<DeviceOp> All { get; } =
    [
        new DeviceOp("attention_forward", c => 2 * Product(c), _ => 0, (inputs, c) =>
        {
            Packed packed = new(inputs, c);
            return packed.Forward;
        }),
        // Five products, of which making the scores again is one.
        new DeviceOp("attention_backward", c => 5 * Product(c), _ => 0, (inputs, c) =>
        {
            Packed packed = new(inputs, c);
            packed.Forward();
            packed.TakeGradients(inputs);
            return packed.Backward;
        }),
        DeviceOp.OfBytes("attention_decode", c => 4.0 * c["sequences"] * c["length"] * c["kv_heads"] * c["head_dim"], Decode),
    ];

    // Multiply-adds of one product of the causal half, times two.
    private static double Product(DeviceCase c) => 2.0 * c["sequences"] * c["length"] * (c["length"] + 1) / 2 * c["heads"] * c["head_dim"];

    private static AttentionShape Shape(DeviceCase c) => new(c["heads"], c["kv_heads"], c["head_dim"], 1 / MathF.Sqrt(c["head_dim"]));

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

    private sealed class Packed
    {
        private readonly AttentionBatch _batch = new();
        private readonly AttentionShape _shape;
        private readonly ComputeBackend _backend;
        private readonly int _rows;
        private readonly Tensor _qkv, _output, _lse;
        private Tensor _gradients, _dout;

        public Packed(DeviceInputs inputs, DeviceCase c)
        {
            (_backend, _shape, _rows) = (inputs.Backend, Shape(c), c["sequences"] * c["length"]);
            _qkv = inputs.Normal(_rows, Width);
            _output = inputs.Empty(DType.BFloat16, _rows, _shape.Heads * _shape.HeadDim);
            _lse = inputs.Empty(DType.Float32, _rows, _shape.Heads);
            for (int s = 0; s < c["sequences"]; s++) _batch.Add(new AttentionSegment(s * c["length"], c["length"]));
        }

        private int Width => (_shape.Heads + 2 * _shape.KvHeads) * _shape.HeadDim;

        public void TakeGradients(DeviceInputs inputs)
        {
            _gradients = inputs.Empty(DType.BFloat16, _rows, Width);
            _dout = inputs.Normal(_rows, _shape.Heads * _shape.HeadDim);
        }

        public void Forward()
        {
            (Tensor q, Tensor k, Tensor v) = Split(_qkv);
            _backend.AttentionForward(_output, _lse, q, k, v, _batch, _shape);
        }

        public void Backward()
        {
            (Tensor q, Tensor k, Tensor v) = Split(_qkv);
            (Tensor dq, Tensor dk, Tensor dv) = Split(_gradients);
            _backend.AttentionBackward(dq, dk, dv, _dout, _output, _lse, q, k, v, _batch, _shape);
        }

        private (Tensor Q, Tensor K, Tensor V) Split(Tensor fused)
        {
            int queries = _shape.Heads * _shape.HeadDim, keys = _shape.KvHeads * _shape.HeadDim;
            return (fused.ColumnRange(0, queries), fused.ColumnRange(queries, keys), fused.ColumnRange(queries + keys, keys));
        }
    }
}
