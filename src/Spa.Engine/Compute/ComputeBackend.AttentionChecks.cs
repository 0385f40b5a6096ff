namespace Spa.Engine.Compute;

public abstract partial class ComputeBackend
{
    /// <summary>Throws unless tensors of queries, keys and log-sum-exps have the rows and columns that the shape says, and the type of the backend's activations.</summary>
    private protected static void CheckAttention(string op, AttentionShape shape, DType type, long rows, Tensor lse, ReadOnlySpan<Tensor> queries, ReadOnlySpan<Tensor> keys)
    {
        CheckShape(op, shape);
        foreach (Tensor tensor in queries) CheckMatrix(op, tensor, type, rows, shape.Heads * shape.HeadDim);
        foreach (Tensor tensor in keys) CheckMatrix(op, tensor, type, rows, shape.KvHeads * shape.HeadDim);
        CheckMatrix(op, lse, DType.Float32, rows, shape.Heads);
    }

    private protected static void CheckMatrix(string op, Tensor tensor, DType type, long rows, int columns)
    {
        if (tensor.Type != type || tensor.Layout != TensorLayout.RowMajor || tensor.Rows != rows || tensor.Columns != columns)
            ThrowShape(tensor, op, $"{type}[{rows}, {columns}]");
    }

    private protected static void CheckShape(string op, AttentionShape shape)
    {
        if (shape.HeadDim < 1 || shape.KvHeads < 1 || shape.Heads < 1 || shape.Heads % shape.KvHeads != 0 || shape.Window < 0 || !(shape.SoftCap >= 0))
            throw new ArgumentException($"{op}: expected heads a multiple of key/value heads, window and soft cap not negative, found {shape}");
    }

    private protected static void CheckCache(string op, AttentionShape shape, KvCache cache)
    {
        CheckShape(op, shape);
        if (shape.KvHeads != cache.KvHeads || shape.HeadDim != cache.HeadDim)
            throw new ArgumentException($"{op}: expected a cache of {shape.KvHeads} heads of {shape.HeadDim}, found {cache.KvHeads} heads of {cache.HeadDim}");
    }

    private protected static void CheckLayer(string op, KvCache cache, int layer)
    {
        if ((uint)layer >= (uint)cache.Layers) throw new ArgumentException($"{op}: expected a layer below {cache.Layers}, found {layer}");
        if (cache.Type is not (DType.Float32 or DType.BFloat16)) throw new ArgumentException($"{op}: expected a cache of Float32 or BFloat16, found {cache.Type}");
    }

    private protected static void CheckPages(string op, KvCache cache, int destination, int source)
    {
        if ((uint)destination >= (uint)cache.Pages || (uint)source >= (uint)cache.Pages)
            throw new ArgumentException($"{op}: expected pages below {cache.Pages}, found {source} and {destination}");
    }
}
