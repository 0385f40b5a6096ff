namespace Spa.Engine.Compute;

/// <summary>How the elements of a matrix lie in memory.</summary>
public enum TensorLayout : byte
{
    /// <summary>Row after row, <see cref="Tensor.Stride"/> elements apart.</summary>
    RowMajor,

    /// <summary>
    /// A weight [N, K] in the form its backend multiplies fastest, made by <see cref="ComputeBackend.PackWeight"/>. On the CPU:
    /// panels of 32 rows of W, each k-major ([N/32][K][32], the last panel padded with zeros).
    /// </summary>
    Packed,
}
