using System.Runtime.InteropServices;

namespace Spa.Engine.Compute.Cuda.Arguments;

/// <summary>Argument of <c>scatter_add</c> in <c>scatter.cu</c>, field by field.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct ScatterAddArgs
{
    public nint Output; // [N, C]
    public nint Input; // [R, C]
    public nint Indices; // [R]
    public nint Order;
    public nint Starts;
    public int Columns;
    public int OutputStride;
    public int InputStride;
    public float Scale;
}
