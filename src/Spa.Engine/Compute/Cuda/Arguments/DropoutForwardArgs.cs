using System.Runtime.InteropServices;

namespace Spa.Engine.Compute.Cuda.Arguments;

/// <summary>Argument of <c>dropout_forward</c> in <c>dropout.cu</c>, field by field.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct DropoutForwardArgs
{
    public nint Output; // [T, C]
    public nint Input; // [T, C]
    public nint Keys; // [T, 2]
    public ulong Seed;
    public long Rows;
    public long Columns;
    public int OutputStride;
    public int InputStride;
    public int Shift;
    public uint Stream;
    public uint Threshold;
    public float Scale;
}
