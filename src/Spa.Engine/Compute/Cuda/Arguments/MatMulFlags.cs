namespace Spa.Engine.Compute.Cuda.Arguments;

/// <summary>What the matrix products decide at run time; the numbers of <c>common/matmul.cuh</c>.</summary>
[Flags]
internal enum MatMulFlags
{
    None = 0,
    Accumulate = 1,
    OutputBf16 = 2,
    BiasBf16 = 4,

    /// <summary>Rows of output, bias and residual start on 16 bytes.</summary>
    Vector = 8,

    /// <summary>Read by <c>matmul_float</c> only; the others are compiled for it.</summary>
    TransposeA = 16,

    TransposeB = 32,
}
