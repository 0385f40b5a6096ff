namespace Spa.Engine.Compute.Cpu;

/// <summary>Arguments of one run of <see cref="MatMulKernel{TVector, TOps, TPanel, TRows}"/>. Strides are in elements.</summary>
internal unsafe struct MatMulTile
{
    /// <summary>Packed rows: element (row, k) at [k * RowsStride + row].</summary>
    public float* A;

    public nint RowsStride;

    /// <summary>First column of the tile in a packed panel: element (k, column) at [k * 32 + column]; float32 or bfloat16.</summary>
    public void* B;

    public nint Depth;

    /// <summary>Where the accumulators begin; null: with zero.</summary>
    public float* Source;

    public nint SourceStride;

    public float* Output;

    public nint OutputStride;

    /// <summary>Added to every row after the last k, or null.</summary>
    public float* Bias;

    /// <summary>Added last, or null.</summary>
    public float* Residual;

    public nint ResidualStride;
}
