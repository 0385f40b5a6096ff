using System.Runtime.InteropServices;

namespace Spa.Engine.Compute.Cuda.Arguments;

/// <summary>Argument of <c>attention_combine</c> in <c>attention_combine.cu</c>, field by field.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct AttentionCombineArgs
{
    public nint Partial;
    public nint PartialStatistics;
    public nint Output; // [R, H * D]
    public nint Splits;
    public nint Count;
    public int OutputStride;
    public int KvHeads;
    public int Group;
    public int HeadDim;
    public float Scale;
    public float SoftCap;
}
