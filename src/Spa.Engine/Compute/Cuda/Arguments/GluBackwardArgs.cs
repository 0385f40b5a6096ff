using System.Runtime.InteropServices;

namespace Spa.Engine.Compute.Cuda.Arguments;

/// <summary>Argument of <c>glu_backward</c> in <c>glu.cu</c>, field by field.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct GluBackwardArgs
{
    public nint DgateUp; // [T, 2F]
    public nint Dout; // [T, F]
    public nint GateUp; // [T, 2F]
    public nint Output; // [T, F]; null: not wanted
    public long Rows;
    public long Columns; // F
    public int DgateUpStride;
    public int DoutStride;
    public int GateUpStride;
    public int OutputStride;
    public int Shift;
}
