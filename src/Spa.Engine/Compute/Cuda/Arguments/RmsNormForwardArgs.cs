using System.Runtime.InteropServices;

namespace Spa.Engine.Compute.Cuda.Arguments;

/// <summary>Argument of <c>rmsnorm_forward</c> in <c>rmsnorm.cu</c>, field by field.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct RmsNormForwardArgs
{
    public nint Output; // [T, C]
    public nint Rstd; // [T, C / G]; null: not wanted
    public nint Input; // [T, C]
    public nint Weight; // [1, G]
    public nint Residual; // [T, C]; null: none
    public int Items; // T C / G
    public int Groups; // C / G
    public int Width; // G
    public int OutputStride;
    public int RstdStride;
    public int InputStride;
    public int ResidualStride;
    public int IsWide;
    public float Epsilon;
    public float Offset; // 1 or 0, added to the weight
}
