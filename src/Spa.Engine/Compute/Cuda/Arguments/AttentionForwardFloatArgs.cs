using System.Runtime.InteropServices;

namespace Spa.Engine.Compute.Cuda.Arguments;

/// <summary>Argument of <c>attention_forward_float</c> in <c>attention_forward_float.cu</c>, field by field.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct AttentionForwardFloatArgs
{
    public nint Q; // [R, H * D]
    public nint K; // [T, Hkv * D], or the pages of a layer
    public nint V;
    public nint Output; // [R, H * D]
    public nint Lse; // [R, H]; null: not wanted
    public nint Items;
    public nint Count;
    public nint Pages; // page table; paged only
    public nint Positions; // [R]; paged only
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
    private readonly int _unused;
}
