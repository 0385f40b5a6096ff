using System.Runtime.InteropServices;

namespace Spa.Engine.Compute.Cuda.Arguments;

/// <summary>Argument of <c>layernorm_forward</c> in <c>layernorm.cu</c>, field by field.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct LayerNormForwardArgs
{
    public nint Output; // [T, C]
    public nint Statistics; // [T, 2]; null: not wanted
    public nint Input; // [T, C]
    public nint Weight; // [1, C]
    public nint Bias; // [1, C]
    public nint Residual; // [T, C]; null: none
    public int Items; // T
    public int Width; // C
    public int OutputStride;
    public int StatisticsStride;
    public int InputStride;
    public int ResidualStride;
    public int IsWide;
    public float Epsilon;
}
