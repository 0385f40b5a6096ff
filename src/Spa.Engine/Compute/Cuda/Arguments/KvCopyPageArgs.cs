using System.Runtime.InteropServices;

namespace Spa.Engine.Compute.Cuda.Arguments;

/// <summary>Argument of <c>kv_copy_page</c> in <c>kv_copy_page.cu</c>, field by field.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct KvCopyPageArgs
{
    public nint Keys; // [layers, pages, pieces]
    public nint Values;
    public long Destination;
    public long Source;
    public long Layer;
    public int Pieces;
    private readonly int _unused;
}
