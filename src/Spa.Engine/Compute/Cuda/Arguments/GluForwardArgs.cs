using System.Runtime.InteropServices;

namespace Spa.Engine.Compute.Cuda.Arguments;

/// <summary>Argument of <c>glu_forward</c> in <c>glu.cu</c>, field by field.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct GluForwardArgs
{
    public nint Output; // [T, F]
    public nint GateUp; // [T, 2F]
    public long Rows;
    public long Columns; // F
    public int OutputStride;
    public int GateUpStride;
    public int Shift;
}
