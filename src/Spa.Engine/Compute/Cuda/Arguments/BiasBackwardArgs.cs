using System.Runtime.InteropServices;

namespace Spa.Engine.Compute.Cuda.Arguments;

/// <summary>Argument of <c>bias_backward</c> in <c>bias.cu</c>, field by field.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct BiasBackwardArgs
{
    public nint Partial; // [gridDim.y, C]
    public nint Dout; // [T, C]
    public int Rows;
    public int Columns;
    public int DoutStride;
    public int RowsPerBlock;
}
