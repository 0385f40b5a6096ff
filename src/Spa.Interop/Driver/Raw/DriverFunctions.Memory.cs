namespace Spa.Interop.Driver;

public sealed unsafe partial class DriverFunctions
{
    public readonly delegate* unmanaged<nuint*, nuint*, CUresult> cuMemGetInfo = (delegate* unmanaged<nuint*, nuint*, CUresult>)library.Find("cuMemGetInfo_v2");

    public readonly delegate* unmanaged<CUdeviceptr*, nuint, CUresult> cuMemAlloc = (delegate* unmanaged<CUdeviceptr*, nuint, CUresult>)library.Find("cuMemAlloc_v2");

    public readonly delegate* unmanaged<CUdeviceptr, CUresult> cuMemFree = (delegate* unmanaged<CUdeviceptr, CUresult>)library.Find("cuMemFree_v2");

    public readonly delegate* unmanaged<CUdeviceptr*, nuint, CUstream, CUresult> cuMemAllocAsync =
        (delegate* unmanaged<CUdeviceptr*, nuint, CUstream, CUresult>)library.Find("cuMemAllocAsync");

    public readonly delegate* unmanaged<CUdeviceptr, CUstream, CUresult> cuMemFreeAsync =
        (delegate* unmanaged<CUdeviceptr, CUstream, CUresult>)library.Find("cuMemFreeAsync");

    public readonly delegate* unmanaged<void**, nuint, CUmemhostalloc_flags, CUresult> cuMemHostAlloc =
        (delegate* unmanaged<void**, nuint, CUmemhostalloc_flags, CUresult>)library.Find("cuMemHostAlloc");

    public readonly delegate* unmanaged<void*, CUresult> cuMemFreeHost = (delegate* unmanaged<void*, CUresult>)library.Find("cuMemFreeHost");

    public readonly delegate* unmanaged<CUdeviceptr, void*, nuint, CUresult> cuMemcpyHtoD =
        (delegate* unmanaged<CUdeviceptr, void*, nuint, CUresult>)library.Find("cuMemcpyHtoD_v2");

    public readonly delegate* unmanaged<void*, CUdeviceptr, nuint, CUresult> cuMemcpyDtoH =
        (delegate* unmanaged<void*, CUdeviceptr, nuint, CUresult>)library.Find("cuMemcpyDtoH_v2");

    public readonly delegate* unmanaged<CUdeviceptr, CUdeviceptr, nuint, CUresult> cuMemcpyDtoD =
        (delegate* unmanaged<CUdeviceptr, CUdeviceptr, nuint, CUresult>)library.Find("cuMemcpyDtoD_v2");

    public readonly delegate* unmanaged<CUdeviceptr, void*, nuint, CUstream, CUresult> cuMemcpyHtoDAsync =
        (delegate* unmanaged<CUdeviceptr, void*, nuint, CUstream, CUresult>)library.Find("cuMemcpyHtoDAsync_v2");

    public readonly delegate* unmanaged<void*, CUdeviceptr, nuint, CUstream, CUresult> cuMemcpyDtoHAsync =
        (delegate* unmanaged<void*, CUdeviceptr, nuint, CUstream, CUresult>)library.Find("cuMemcpyDtoHAsync_v2");

    public readonly delegate* unmanaged<CUdeviceptr, CUdeviceptr, nuint, CUstream, CUresult> cuMemcpyDtoDAsync =
        (delegate* unmanaged<CUdeviceptr, CUdeviceptr, nuint, CUstream, CUresult>)library.Find("cuMemcpyDtoDAsync_v2");

    public readonly delegate* unmanaged<CUDA_MEMCPY2D*, CUstream, CUresult> cuMemcpy2DAsync =
        (delegate* unmanaged<CUDA_MEMCPY2D*, CUstream, CUresult>)library.Find("cuMemcpy2DAsync_v2");

    public readonly delegate* unmanaged<CUdeviceptr, byte, nuint, CUstream, CUresult> cuMemsetD8Async =
        (delegate* unmanaged<CUdeviceptr, byte, nuint, CUstream, CUresult>)library.Find("cuMemsetD8Async");

    public readonly delegate* unmanaged<CUdeviceptr, uint, nuint, CUstream, CUresult> cuMemsetD32Async =
        (delegate* unmanaged<CUdeviceptr, uint, nuint, CUstream, CUresult>)library.Find("cuMemsetD32Async");

    public readonly delegate* unmanaged<CUmemoryPool, CUmemPool_attribute, void*, CUresult> cuMemPoolSetAttribute =
        (delegate* unmanaged<CUmemoryPool, CUmemPool_attribute, void*, CUresult>)library.Find("cuMemPoolSetAttribute");

    public readonly delegate* unmanaged<void*, CUpointer_attribute, CUdeviceptr, CUresult> cuPointerGetAttribute =
        (delegate* unmanaged<void*, CUpointer_attribute, CUdeviceptr, CUresult>)library.Find("cuPointerGetAttribute");

    public readonly delegate* unmanaged<CUtensorMap*, CUtensorMapDataType, uint, void*, ulong*, ulong*, uint*, uint*, CUtensorMapInterleave, CUtensorMapSwizzle, CUtensorMapL2promotion, CUtensorMapFloatOOBfill, CUresult> cuTensorMapEncodeTiled =
        (delegate* unmanaged<CUtensorMap*, CUtensorMapDataType, uint, void*, ulong*, ulong*, uint*, uint*, CUtensorMapInterleave, CUtensorMapSwizzle, CUtensorMapL2promotion, CUtensorMapFloatOOBfill, CUresult>)library.Find("cuTensorMapEncodeTiled");
}
