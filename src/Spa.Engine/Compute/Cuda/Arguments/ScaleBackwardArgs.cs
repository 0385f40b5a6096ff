using System.Runtime.InteropServices;

namespace Spa.Engine.Compute.Cuda.Arguments;

/// <summary>Argument of <c>scale_backward</c> in <c>scale.cu</c>, field by field.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct ScaleBackwardArgs
{
    public nint Partial; // [gridDim.y, C]
    public nint Dout; // [T, C]
    public nint Input; // [T, C]
    public int Rows;
    public int Columns;
    public int DoutStride;
    public int InputStride;
    public int RowsPerBlock;
}
