using System.Runtime.InteropServices;

namespace Spa.Engine.Compute.Cuda.Arguments;

/// <summary>Argument of <c>attention_key_gradient</c> in <c>attention_key_gradient.cu</c>, field by field.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct AttentionKeyGradientArgs
{
    public nint Q; // [T, H * D]
    public nint K; // [T, Hkv * D]
    public nint V; // [T, Hkv * D]
    public nint Dout; // [T, H * D]
    public nint Dk; // [T, Hkv * D]
    public nint Dv; // [T, Hkv * D]
    public nint Lse; // [T, H]
    public nint Delta; // [T, H], contiguous
    public nint Tiles;
    public nint Segments;
    public nint Viewers;
    public nint Count;
    public int QStride;
    public int KStride;
    public int VStride;
    public int DoutStride;
    public int DkStride;
    public int DvStride;
    public int LseStride;
    public int KvHeads;
    public int Group;
    public int HeadDim;
    public int Window;
    public float Scale;
    public float SoftCap;
    public int IsVector;
}
