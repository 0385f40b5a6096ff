using System.Runtime.InteropServices;

namespace Spa.Engine.Compute.Cuda.Arguments;

/// <summary>Argument of <c>gather_forward</c> in <c>gather.cu</c>, field by field.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct GatherForwardArgs
{
    public nint Output; // [R, C]
    public nint Input; // [N, C]
    public nint Indices; // [R]
    public nint Fault;
    public long Rows;
    public long Columns;
    public long Limit; // N
    public int OutputStride;
    public int InputStride;
    public int Shift;
}
