namespace Spa.Interop.Driver;

public sealed unsafe partial class CudaDriver
{
    /// <summary>Free and total bytes of the current device.</summary>
    public (long Free, long Total) MemGetInfo()
    {
        Require(_f.cuMemGetInfo);
        nuint free, total;
        ThrowIfFailed(_f.cuMemGetInfo(&free, &total), $"cuMemGetInfo()");
        return ((long)free, (long)total);
    }

    public CUdeviceptr MemAlloc(nuint bytes)
    {
        Require(_f.cuMemAlloc);
        CUdeviceptr address;
        ThrowIfFailed(_f.cuMemAlloc(&address, bytes), $"cuMemAlloc(bytesize: {bytes})");
        return address;
    }

    public void MemFree(CUdeviceptr address)
    {
        Require(_f.cuMemFree);
        ThrowIfFailed(_f.cuMemFree(address), $"cuMemFree(dptr: {address})");
    }

    public CUdeviceptr MemAllocAsync(nuint bytes, CUstream stream)
    {
        Require(_f.cuMemAllocAsync);
        CUdeviceptr address;
        ThrowIfFailed(_f.cuMemAllocAsync(&address, bytes, stream), $"cuMemAllocAsync(bytesize: {bytes})");
        return address;
    }

    public void MemFreeAsync(CUdeviceptr address, CUstream stream)
    {
        Require(_f.cuMemFreeAsync);
        ThrowIfFailed(_f.cuMemFreeAsync(address, stream), $"cuMemFreeAsync(dptr: {address})");
    }

    /// <summary>Host memory that copies can read and write without the processor.</summary>
    public void* MemHostAlloc(nuint bytes, CUmemhostalloc_flags flags)
    {
        Require(_f.cuMemHostAlloc);
        void* address;
        ThrowIfFailed(_f.cuMemHostAlloc(&address, bytes, flags), $"cuMemHostAlloc(bytesize: {bytes}, flags: {flags})");
        return address;
    }

    public void MemFreeHost(void* address)
    {
        Require(_f.cuMemFreeHost);
        ThrowIfFailed(_f.cuMemFreeHost(address), $"cuMemFreeHost()");
    }

    public void MemcpyHtoD(CUdeviceptr destination, void* source, nuint bytes)
    {
        Require(_f.cuMemcpyHtoD);
        ThrowIfFailed(_f.cuMemcpyHtoD(destination, source, bytes), $"cuMemcpyHtoD(dst: {destination}, bytes: {bytes})");
    }

    public void MemcpyDtoH(void* destination, CUdeviceptr source, nuint bytes)
    {
        Require(_f.cuMemcpyDtoH);
        ThrowIfFailed(_f.cuMemcpyDtoH(destination, source, bytes), $"cuMemcpyDtoH(src: {source}, bytes: {bytes})");
    }

    public void MemcpyDtoD(CUdeviceptr destination, CUdeviceptr source, nuint bytes)
    {
        Require(_f.cuMemcpyDtoD);
        ThrowIfFailed(_f.cuMemcpyDtoD(destination, source, bytes), $"cuMemcpyDtoD(dst: {destination}, src: {source}, bytes: {bytes})");
    }

    public void MemcpyHtoDAsync(CUdeviceptr destination, void* source, nuint bytes, CUstream stream)
    {
        Require(_f.cuMemcpyHtoDAsync);
        ThrowIfFailed(_f.cuMemcpyHtoDAsync(destination, source, bytes, stream), $"cuMemcpyHtoDAsync(dst: {destination}, bytes: {bytes})");
    }

    public void MemcpyDtoHAsync(void* destination, CUdeviceptr source, nuint bytes, CUstream stream)
    {
        Require(_f.cuMemcpyDtoHAsync);
        ThrowIfFailed(_f.cuMemcpyDtoHAsync(destination, source, bytes, stream), $"cuMemcpyDtoHAsync(src: {source}, bytes: {bytes})");
    }

    public void MemcpyDtoDAsync(CUdeviceptr destination, CUdeviceptr source, nuint bytes, CUstream stream)
    {
        Require(_f.cuMemcpyDtoDAsync);
        ThrowIfFailed(_f.cuMemcpyDtoDAsync(destination, source, bytes, stream), $"cuMemcpyDtoDAsync(dst: {destination}, src: {source}, bytes: {bytes})");
    }

    public void Memcpy2DAsync(in CUDA_MEMCPY2D copy, CUstream stream)
    {
        Require(_f.cuMemcpy2DAsync);
        fixed (CUDA_MEMCPY2D* pointer = &copy)
            ThrowIfFailed(_f.cuMemcpy2DAsync(pointer, stream), $"cuMemcpy2DAsync(rows: {copy.Height}, bytes: {copy.WidthInBytes}, pitches: {copy.srcPitch} to {copy.dstPitch})");
    }

    public void MemsetD8Async(CUdeviceptr destination, byte value, nuint count, CUstream stream)
    {
        Require(_f.cuMemsetD8Async);
        ThrowIfFailed(_f.cuMemsetD8Async(destination, value, count, stream), $"cuMemsetD8Async(dst: {destination}, value: {value}, n: {count})");
    }

    public void MemsetD32Async(CUdeviceptr destination, uint value, nuint count, CUstream stream)
    {
        Require(_f.cuMemsetD32Async);
        ThrowIfFailed(_f.cuMemsetD32Async(destination, value, count, stream), $"cuMemsetD32Async(dst: {destination}, value: {value}, n: {count})");
    }

    /// <summary>Whether an address belongs to host or device memory.</summary>
    public CUmemorytype PointerGetMemoryType(CUdeviceptr address)
    {
        Require(_f.cuPointerGetAttribute);
        CUmemorytype type;
        ThrowIfFailed(_f.cuPointerGetAttribute(&type, CUpointer_attribute.CU_POINTER_ATTRIBUTE_MEMORY_TYPE, address), $"cuPointerGetAttribute(CU_POINTER_ATTRIBUTE_MEMORY_TYPE, {address})");
        return type;
    }
}
