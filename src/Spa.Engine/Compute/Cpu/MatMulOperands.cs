namespace Spa.Engine.Compute.Cpu;

/// <summary>Checked arguments of one product, reduced to what the job reads. Strides are in elements.</summary>
internal readonly unsafe struct MatMulOperands(Tensor output, Tensor a, Tensor b, bool transposeA, bool transposeB, bool accumulate, Tensor bias, Tensor residual)
{
    public readonly long Rows = output.Rows;
    public readonly int Columns = output.Columns;
    public readonly nint Depth = (nint)(transposeA ? a.Rows : a.Columns);

    public readonly float* Output = (float*)output.Address;
    public readonly nint OutputStride = output.Stride;

    public readonly float* A = (float*)a.Address;
    public readonly nint AStride = a.Stride;

    /// <summary>Element (row, k) of op(a) lies at [k * AStride + row], not at [row * AStride + k].</summary>
    public readonly bool ADepthMajor = transposeA;

    public readonly byte* B = (byte*)b.Address;
    public readonly nint BStride = b.Stride;
    public readonly bool BIsPacked = b.Layout == TensorLayout.Packed;
    public readonly bool BIsBf16 = b.Type == DType.BFloat16;

    /// <summary>Element (k, column) of op(b) lies at [k * BStride + column], not at [column * BStride + k].</summary>
    public readonly bool BDepthMajor = !transposeB;

    public readonly bool Accumulate = accumulate;
    public readonly float* Bias = (float*)bias.Address;
    public readonly float* Residual = (float*)residual.Address;
    public readonly nint ResidualStride = residual.Stride;
}
