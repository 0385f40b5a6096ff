using System.Runtime.InteropServices;

namespace Spa.Engine.Compute.Cuda.Arguments;

/// <summary>Argument of <c>kv_append</c> in <c>kv_append.cu</c>, field by field.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct KvAppendArgs
{
    public nint K; // [R, Hkv * D]
    public nint V;
    public nint Keys; // the layer's pages
    public nint Values;
    public nint Slots; // [R]
    public nint Count; // R
    public int KStride;
    public int VStride;
    public int KvHeads;
    public int HeadDim;
}
