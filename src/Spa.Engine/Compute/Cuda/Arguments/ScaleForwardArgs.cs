using System.Runtime.InteropServices;

namespace Spa.Engine.Compute.Cuda.Arguments;

/// <summary>Argument of <c>scale_forward</c> in <c>scale.cu</c>, field by field.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct ScaleForwardArgs
{
    public nint Output; // [T, C]
    public nint Input; // [T, C]
    public nint Scale; // [1, C] or absent
    public nint Bias; // [1, C] or absent
    public nint Residual; // [T, C] or absent
    public long Rows;
    public long Columns;
    public int OutputStride;
    public int InputStride;
    public int ResidualStride;
    public int Shift;
    public float Factor;
}
