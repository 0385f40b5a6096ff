using System.Runtime.InteropServices;

namespace Spa.Engine.Compute.Cuda.Arguments;

/// <summary>Argument of <c>matmul</c>, <c>matmul_rows</c> and <c>matmul_float</c>, in <c>common/matmul.cuh</c>, field by field.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct MatMulArgs
{
    public nint Output; // [M, N]
    public nint A; // [M, K], or [K, M] where it is transposed
    public nint B; // [K, N], or [N, K] where it is transposed
    public nint Bias; // [1, N]
    public nint Residual; // [M, N]
    public int M;
    public int N;
    public int K;
    public int OutputStride;
    public int AStride;
    public int BStride;
    public int ResidualStride;
    public MatMulFlags Flags;
}
