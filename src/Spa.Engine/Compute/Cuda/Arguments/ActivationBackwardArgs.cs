using System.Runtime.InteropServices;

namespace Spa.Engine.Compute.Cuda.Arguments;

/// <summary>Argument of <c>activation_backward</c> in <c>activation.cu</c>, field by field.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct ActivationBackwardArgs
{
    public nint Dinput; // [T, F]
    public nint Dout; // [T, F]
    public nint Input; // [T, F]
    public long Rows;
    public long Columns;
    public int DinputStride;
    public int DoutStride;
    public int InputStride;
    public int Shift;
}
