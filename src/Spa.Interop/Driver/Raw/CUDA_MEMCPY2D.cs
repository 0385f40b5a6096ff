using System.Runtime.InteropServices;

namespace Spa.Interop.Driver;

/// <summary>A copy of Height rows of WidthInBytes bytes.</summary>
[StructLayout(LayoutKind.Sequential)]
public unsafe struct CUDA_MEMCPY2D
{
    public nuint srcXInBytes;
    public nuint srcY;
    public CUmemorytype srcMemoryType;
    public void* srcHost;
    public CUdeviceptr srcDevice;
    public nint srcArray;
    public nuint srcPitch;
    public nuint dstXInBytes;
    public nuint dstY;
    public CUmemorytype dstMemoryType;
    public void* dstHost;
    public CUdeviceptr dstDevice;
    public nint dstArray;
    public nuint dstPitch;
    public nuint WidthInBytes;
    public nuint Height;
}
