using System.Runtime.InteropServices;

namespace Spa.Engine.Compute.Cuda.Arguments;

/// <summary>Argument of <c>layernorm_backward</c> in <c>layernorm.cu</c>, field by field.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct LayerNormBackwardArgs
{
    public nint Dinput; // [T, C]
    public nint WeightPartial; // [gridDim.x, C]; null: dweight is not wanted
    public nint BiasPartial; // [gridDim.x, C]; null: dbias is not wanted
    public nint Dout; // [T, C]
    public nint Input; // [T, C]
    public nint Weight; // [1, C]
    public nint Statistics; // [T, 2]
    public int Items;
    public int Width;
    public int DinputStride;
    public int DoutStride;
    public int InputStride;
    public int StatisticsStride;
    public int IsWide;
    public int Accumulate; // 1: add to dinput
}
