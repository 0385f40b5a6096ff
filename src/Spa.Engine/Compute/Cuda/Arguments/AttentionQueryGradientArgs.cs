using System.Runtime.InteropServices;

namespace Spa.Engine.Compute.Cuda.Arguments;

/// <summary>Argument of <c>attention_query_gradient</c> in <c>attention_query_gradient.cu</c>, field by field.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct AttentionQueryGradientArgs
{
    public nint Q; // [T, H * D]
    public nint K; // [T, Hkv * D]
    public nint V; // [T, Hkv * D]
    public nint Dout; // [T, H * D]
    public nint Dq; // [T, H * D]
    public nint Lse; // [T, H]
    public nint Delta; // [T, H], contiguous
    public nint Items;
    public nint Count;
    public int QStride;
    public int KStride;
    public int VStride;
    public int DoutStride;
    public int DqStride;
    public int LseStride;
    public int KvHeads;
    public int Group;
    public int HeadDim;
    public int Window;
    public float Scale;
    public float SoftCap;
    public int IsVector;
}
