using System.Runtime.InteropServices;

namespace Spa.Engine.Compute.Cuda.Arguments;

/// <summary>Argument of <c>dequantise_forward</c> in <c>dequantise.cu</c>, field by field.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct DequantiseForwardArgs
{
    public nint Output; // [R, C]
    public nint Blocks; // 2-byte aligned, as every block is
    public long Rows;
    public long Columns;
    public int OutputStride;
    public int Shift;
}
