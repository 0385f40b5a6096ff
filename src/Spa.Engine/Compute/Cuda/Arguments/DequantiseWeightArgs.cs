using System.Runtime.InteropServices;

namespace Spa.Engine.Compute.Cuda.Arguments;

/// <summary>Argument of <c>dequantise_weight_forward</c> in <c>dequantise_weight.cu</c>, field by field.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct DequantiseWeightArgs
{
    public nint Output; // [R, K]
    public nint Codes; // 4 or 8 bits each
    public nint Scales; // float32, or codes of them
    public nint Nested; // float32 [NestedScales + 1]; nested only
    public nint Tables; // float32 [16 + 256]; 4 bits only
    public long Rows;
    public long Columns;
    public long FirstRow;
    public long NestedScales;
    public int OutputStride;
    public int Shift;
}
