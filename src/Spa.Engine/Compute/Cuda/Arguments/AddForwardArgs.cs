using System.Runtime.InteropServices;

namespace Spa.Engine.Compute.Cuda.Arguments;

/// <summary>Argument of <c>add_forward</c> in <c>add.cu</c>, field by field.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct AddForwardArgs
{
    public nint Output; // [R, C]
    public nint Input; // [R, C]
    public long Rows;
    public long Columns;
    public int OutputStride;
    public int InputStride;
    public int Shift;
}
