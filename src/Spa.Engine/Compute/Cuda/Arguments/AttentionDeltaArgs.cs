using System.Runtime.InteropServices;

namespace Spa.Engine.Compute.Cuda.Arguments;

/// <summary>Argument of <c>attention_delta</c> in <c>attention_delta.cu</c>, field by field.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct AttentionDeltaArgs
{
    public nint Dout; // [T, H * D]
    public nint Output; // [T, H * D]
    public nint Delta; // [T, H]
    public int Rows;
    public int Heads;
    public int HeadDim;
    public int DoutStride;
    public int OutputStride;
}
