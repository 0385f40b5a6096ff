using Spa.Engine.Compute;

namespace Spa.Benchmarks.Cuda;

/// <summary>Causal attention of equally long sequences on column ranges of a fused q, k, v.</summary>
internal sealed class PackedAttention
{
    private readonly AttentionBatch _batch = new();
    private readonly AttentionShape _shape;
    private readonly ComputeBackend _backend;
    private readonly int _rows;
    private readonly Tensor _qkv, _output, _lse;
    private Tensor _gradients, _dout;

    /// <param name="inputs">Makes the tensors.</param>
    /// <param name="c">sequences, length, heads, kv_heads, head_dim.</param>
    /// <param name="type">Of all tensors but the log-sum-exps.</param>
    public PackedAttention(DeviceInputs inputs, DeviceCase c, DType type)
    {
        (_backend, _shape, _rows) = (inputs.Backend, AttentionOps.Shape(c), c["sequences"] * c["length"]);
        _qkv = inputs.Normal(_rows, Width, type);
        _output = inputs.Empty(type, _rows, _shape.Heads * _shape.HeadDim);
        _lse = inputs.Empty(DType.Float32, _rows, _shape.Heads);
        for (int s = 0; s < c["sequences"]; s++) _batch.Add(new AttentionSegment(s * c["length"], c["length"]));
    }

    private int Width => (_shape.Heads + 2 * _shape.KvHeads) * _shape.HeadDim;

    /// <summary>Runs forward, and returns the backward pass.</summary>
    public Action BackwardAfterForward(DeviceInputs inputs)
    {
        Forward();
        _gradients = inputs.Empty(_qkv.Type, _rows, Width);
        _dout = inputs.Normal(_rows, _shape.Heads * _shape.HeadDim, _qkv.Type);
        return Backward;
    }

    public void Forward()
    {
        (Tensor q, Tensor k, Tensor v) = Split(_qkv);
        _backend.AttentionForward(_output, _lse, q, k, v, _batch, _shape);
    }

    private void Backward()
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
