using System.Runtime.InteropServices;

namespace Spa.Engine.Compute.Cuda.Arguments;

/// <summary>Argument of <c>rotary_forward</c> in <c>rotary.cu</c>, field by field.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct RotaryForwardArgs
{
    public nint X; // [T, H D]
    public nint Positions; // [T]
    public nint Table; // [N, 2P]
    public nint Fault;
    public long Rows;
    public long Limit; // N
    public int Heads;
    public int HeadDim;
    public int Pairs; // P
    public int Chunks; // of kCount pairs in a head
    public int XStride;
    public int TableStride;
    public int Shift;
    public float Sign; // -1: inverse
}
