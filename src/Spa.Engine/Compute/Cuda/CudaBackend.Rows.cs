namespace Spa.Engine.Compute.Cuda;

public sealed unsafe partial class CudaBackend
{
    /// <summary>Elements of 16 bytes of the narrower of the types: what a thread of a row kernel handles at a time.</summary>
    private static int ChunkOf(Tensor a, Tensor b = default) => (Bf16(a) | Bf16(b)) == 1 ? 8 : 4;

    /// <summary>1 if every row of every tensor that is given begins where a chunk can be accessed whole, in up to 16 bytes.</summary>
    private static int Vector(int chunk, params ReadOnlySpan<Tensor> tensors)
    {
        foreach (Tensor tensor in tensors)
        {
            int size = tensor.Type.Size(), bytes = Math.Min(16, chunk * size);
            if (tensor.IsAbsent) continue;
            if (tensor.Address % bytes != 0 || (tensor.Rows > 1 && (long)tensor.Stride * size % bytes != 0)) return 0;
        }

        return 1;
    }

    /// <summary>The same for tensors that a kernel reads as one row, whatever their shape.</summary>
    private static int FlatVector(int chunk, params ReadOnlySpan<Tensor> tensors)
    {
        foreach (Tensor tensor in tensors)
        {
            if (!tensor.IsAbsent && tensor.Address % Math.Min(16, chunk * tensor.Type.Size()) != 0) return 0;
        }

        return 1;
    }

    /// <summary>A matrix as one row of all its elements, if all are contiguous: (1, count), else (rows, columns).</summary>
    private static (long Rows, long Columns) Flatten(Tensor shape, params ReadOnlySpan<Tensor> others)
    {
        bool flat = shape.IsContiguous;
        foreach (Tensor other in others) flat &= other.IsContiguous;
        return flat ? (shape.Count == 0 ? 0 : 1, shape.Count) : (shape.Rows, shape.Columns);
    }

    private static ElementGrid Grid(long rows, long columns, int chunk) => rows == 0 || columns == 0 ? default : ElementGrid.Of(rows, (columns + chunk - 1) / chunk);
}
