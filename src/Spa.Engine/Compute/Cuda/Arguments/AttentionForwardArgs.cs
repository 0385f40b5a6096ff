using System.Runtime.InteropServices;

namespace Spa.Engine.Compute.Cuda.Arguments;

/// <summary>Argument of <c>attention_forward</c> in <c>attention_forward.cu</c>, field by field.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct AttentionForwardArgs
{
    public nint Q; // [R, H * D]
    public nint K; // [T, Hkv * D], or the pages of a layer
    public nint V;
    public nint Output; // [R, H * D]
    public nint Lse; // [R, H]; null: not wanted
    public nint Items;
    public nint Count; // items; on the device so that a captured launch serves every batch
    public nint Pages; // page table; paged only
    public nint Positions; // [R]; paged only
    public nint Partial; // [slots, Hkv, 16, kHeadDim] and behind it [slots, Hkv, 16, 2]: unnormalised sums, then maximum and sum
    public nint PartialStatistics;
    public nint Chunks; // [gridDim.x, kKept, kThreads]; null: no row sees more than one chunk
    public int QStride;
    public int KStride;
    public int VStride;
    public int OutputStride;
    public int LseStride;
    public int KvHeads;
    public int Group;
    public int HeadDim;
    public int Window;
    public float Scale;
    public float SoftCap;
    public int IsVector;
}
