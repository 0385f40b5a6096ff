using System.Runtime.InteropServices;

namespace Spa.Engine.Compute.Cuda.Arguments;

/// <summary>Argument of <c>activation_forward</c> in <c>activation.cu</c>, field by field.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct ActivationForwardArgs
{
    public nint Output; // [T, F]
    public nint Input; // [T, F]
    public long Rows;
    public long Columns;
    public int OutputStride;
    public int InputStride;
    public int Shift;
}
