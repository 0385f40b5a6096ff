using System.Runtime.InteropServices;

namespace Spa.Engine.Compute.Cuda.Arguments;

/// <summary>Argument of <c>rmsnorm_backward</c> in <c>rmsnorm.cu</c>, field by field.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct RmsNormBackwardArgs
{
    public nint Dinput; // [T, C]
    public nint Partial; // [gridDim.x, G]; null: dweight is not wanted
    public nint Dout; // [T, C]
    public nint Input; // [T, C]
    public nint Weight; // [1, G]
    public nint Rstd; // [T, C / G]
    public int Items;
    public int Groups;
    public int Width;
    public int DinputStride;
    public int DoutStride;
    public int InputStride;
    public int RstdStride;
    public int IsWide;
    public int Accumulate; // 1: add to dinput
    public float Offset;
}
