using System.Runtime.InteropServices;
using Spa.Interop.Driver;

namespace Spa.Emulator.Driver;

internal static unsafe partial class EntryPoints
{
    private static nint FindMemory(string name) => name switch
    {
        "cuMemGetInfo_v2" => (nint)(delegate* unmanaged<nuint*, nuint*, CUresult>)&cuMemGetInfo,
        "cuMemAlloc_v2" => (nint)(delegate* unmanaged<CUdeviceptr*, nuint, CUresult>)&cuMemAlloc,
        "cuMemFree_v2" => (nint)(delegate* unmanaged<CUdeviceptr, CUresult>)&cuMemFree,
        "cuMemAllocAsync" => (nint)(delegate* unmanaged<CUdeviceptr*, nuint, CUstream, CUresult>)&cuMemAllocAsync,
        "cuMemFreeAsync" => (nint)(delegate* unmanaged<CUdeviceptr, CUstream, CUresult>)&cuMemFreeAsync,
        "cuMemHostAlloc" => (nint)(delegate* unmanaged<void**, nuint, CUmemhostalloc_flags, CUresult>)&cuMemHostAlloc,
        "cuMemFreeHost" => (nint)(delegate* unmanaged<void*, CUresult>)&cuMemFreeHost,
        "cuMemcpyHtoD_v2" => (nint)(delegate* unmanaged<CUdeviceptr, void*, nuint, CUresult>)&cuMemcpyHtoD,
        "cuMemcpyDtoH_v2" => (nint)(delegate* unmanaged<void*, CUdeviceptr, nuint, CUresult>)&cuMemcpyDtoH,
        "cuMemcpyDtoD_v2" => (nint)(delegate* unmanaged<CUdeviceptr, CUdeviceptr, nuint, CUresult>)&cuMemcpyDtoD,
        "cuMemcpyHtoDAsync_v2" => (nint)(delegate* unmanaged<CUdeviceptr, void*, nuint, CUstream, CUresult>)&cuMemcpyHtoDAsync,
        "cuMemcpyDtoHAsync_v2" => (nint)(delegate* unmanaged<void*, CUdeviceptr, nuint, CUstream, CUresult>)&cuMemcpyDtoHAsync,
        "cuMemcpyDtoDAsync_v2" => (nint)(delegate* unmanaged<CUdeviceptr, CUdeviceptr, nuint, CUstream, CUresult>)&cuMemcpyDtoDAsync,
        "cuMemcpy2DAsync_v2" => (nint)(delegate* unmanaged<CUDA_MEMCPY2D*, CUstream, CUresult>)&cuMemcpy2DAsync,
        "cuMemsetD8Async" => (nint)(delegate* unmanaged<CUdeviceptr, byte, nuint, CUstream, CUresult>)&cuMemsetD8Async,
        "cuMemsetD32Async" => (nint)(delegate* unmanaged<CUdeviceptr, uint, nuint, CUstream, CUresult>)&cuMemsetD32Async,
        "cuMemPoolSetAttribute" => (nint)(delegate* unmanaged<CUmemoryPool, CUmemPool_attribute, void*, CUresult>)&cuMemPoolSetAttribute,
        "cuPointerGetAttribute" => (nint)(delegate* unmanaged<void*, CUpointer_attribute, CUdeviceptr, CUresult>)&cuPointerGetAttribute,
        "cuTensorMapEncodeTiled" => (nint)(delegate* unmanaged<CUtensorMap*, CUtensorMapDataType, uint, void*, ulong*, ulong*, uint*, uint*, CUtensorMapInterleave, CUtensorMapSwizzle, CUtensorMapL2promotion, CUtensorMapFloatOOBfill, CUresult>)&cuTensorMapEncodeTiled,
        _ => 0,
    };

    [UnmanagedCallersOnly]
    private static CUresult cuMemGetInfo(nuint* free, nuint* total) => InContext(nameof(cuMemGetInfo), context =>
    {
        Require(free, nameof(free));
        Require(total, nameof(total));
        *free = (nuint)context.Memory.Free;
        *total = (nuint)context.Memory.Total;
    });

    [UnmanagedCallersOnly]
    private static CUresult cuMemAlloc(CUdeviceptr* address, nuint bytes) => InContext(nameof(cuMemAlloc), context =>
    {
        Require(address, nameof(address));
        context.ThrowIfCapturing("an allocation", onlyUnsafe: true);
        *address = new CUdeviceptr(context.Memory.Allocate(bytes, nameof(cuMemAlloc)));
    });

    /// <summary>Waits for all work of the context, as the driver does.</summary>
    [UnmanagedCallersOnly]
    private static CUresult cuMemFree(CUdeviceptr address) => InContext(nameof(cuMemFree), context =>
    {
        if (address.Value == 0) return;
        context.SynchronizeFor("freeing memory");
        context.Memory.Release(address.Value);
    });

    /// <summary>The memory is there at once; stream order is the program's promise that nothing uses it earlier.</summary>
    [UnmanagedCallersOnly]
    private static CUresult cuMemAllocAsync(CUdeviceptr* address, nuint bytes, CUstream stream) => OnStream(nameof(cuMemAllocAsync), stream, target =>
    {
        Require(address, nameof(address));
        target.ThrowIfCapturing("an allocation");
        *address = new CUdeviceptr(target.Context.Memory.Allocate(bytes, nameof(cuMemAllocAsync)));
    });

    [UnmanagedCallersOnly]
    private static CUresult cuMemFreeAsync(CUdeviceptr address, CUstream stream) => OnStream(nameof(cuMemFreeAsync), stream, target =>
    {
        target.ThrowIfCapturing("freeing memory");
        target.Context.Memory.ReleaseSoon(address.Value);
        target.Enqueue(new FreeWork(address.Value));
    });

    [UnmanagedCallersOnly]
    private static CUresult cuMemHostAlloc(void** address, nuint bytes, CUmemhostalloc_flags flags) => InContext(nameof(cuMemHostAlloc), context =>
    {
        Require(address, nameof(address));
        if (bytes == 0 || (ulong)bytes > long.MaxValue) throw Invalid($"expected a size above 0, found {bytes}");
        if (((uint)flags & ~7u) != 0) throw Invalid($"flags {(uint)flags} are not known");
        context.ThrowIfCapturing("an allocation", onlyUnsafe: true);
        *address = context.Driver.Pinned.Allocate((long)bytes);
    });

    /// <summary>Waits for all work of the context, as the driver does.</summary>
    [UnmanagedCallersOnly]
    private static CUresult cuMemFreeHost(void* address) => InContext(nameof(cuMemFreeHost), context =>
    {
        context.SynchronizeFor("freeing memory");
        if (!context.Driver.Pinned.Free(address)) throw Invalid($"no pinned host memory begins at 0x{(ulong)address:x}");
    });

    [UnmanagedCallersOnly]
    private static CUresult cuMemcpyHtoD(CUdeviceptr target, void* source, nuint bytes) => InContext(nameof(cuMemcpyHtoD), context =>
        MemoryCopies.HostToDevice(context.Legacy, target.Value, (ulong)source, bytes, wait: true));

    [UnmanagedCallersOnly]
    private static CUresult cuMemcpyDtoH(void* target, CUdeviceptr source, nuint bytes) => InContext(nameof(cuMemcpyDtoH), context =>
        MemoryCopies.DeviceToHost(context.Legacy, (ulong)target, source.Value, bytes, wait: true));

    /// <summary>Does not wait, as the driver promises nothing else.</summary>
    [UnmanagedCallersOnly]
    private static CUresult cuMemcpyDtoD(CUdeviceptr target, CUdeviceptr source, nuint bytes) => InContext(nameof(cuMemcpyDtoD), context =>
        MemoryCopies.DeviceToDevice(context.Legacy, target.Value, source.Value, bytes));

    [UnmanagedCallersOnly]
    private static CUresult cuMemcpyHtoDAsync(CUdeviceptr target, void* source, nuint bytes, CUstream stream) => OnStream(nameof(cuMemcpyHtoDAsync), stream, queue =>
        MemoryCopies.HostToDevice(queue, target.Value, (ulong)source, bytes, wait: false));

    [UnmanagedCallersOnly]
    private static CUresult cuMemcpyDtoHAsync(void* target, CUdeviceptr source, nuint bytes, CUstream stream) => OnStream(nameof(cuMemcpyDtoHAsync), stream, queue =>
        MemoryCopies.DeviceToHost(queue, (ulong)target, source.Value, bytes, wait: false));

    [UnmanagedCallersOnly]
    private static CUresult cuMemcpyDtoDAsync(CUdeviceptr target, CUdeviceptr source, nuint bytes, CUstream stream) => OnStream(nameof(cuMemcpyDtoDAsync), stream, queue =>
        MemoryCopies.DeviceToDevice(queue, target.Value, source.Value, bytes));

    [UnmanagedCallersOnly]
    private static CUresult cuMemcpy2DAsync(CUDA_MEMCPY2D* copy, CUstream stream) => OnStream(nameof(cuMemcpy2DAsync), stream, queue =>
    {
        Require(copy, nameof(copy));
        MemoryCopies.Rows(queue, *copy);
    });

    [UnmanagedCallersOnly]
    private static CUresult cuMemsetD8Async(CUdeviceptr target, byte value, nuint count, CUstream stream) => OnStream(nameof(cuMemsetD8Async), stream, queue =>
        MemoryCopies.Fill(queue, target.Value, value, count, 1));

    [UnmanagedCallersOnly]
    private static CUresult cuMemsetD32Async(CUdeviceptr target, uint value, nuint count, CUstream stream) => OnStream(nameof(cuMemsetD32Async), stream, queue =>
        MemoryCopies.Fill(queue, target.Value, value, count, 4));

    /// <summary>Settings of reuse and of what is given back to the system change nothing here.</summary>
    [UnmanagedCallersOnly]
    private static CUresult cuMemPoolSetAttribute(CUmemoryPool pool, CUmemPool_attribute attribute, void* value) => Free(nameof(cuMemPoolSetAttribute), () =>
    {
        Require(value, nameof(value));
        if (EmulatedMachine.Device((int)pool.Value - 1) is null) throw Invalid($"0x{pool.Value:x} is no handle of a memory pool");
        if (attribute is < CUmemPool_attribute.CU_MEMPOOL_ATTR_REUSE_FOLLOW_EVENT_DEPENDENCIES or > CUmemPool_attribute.CU_MEMPOOL_ATTR_RELEASE_THRESHOLD)
            throw Invalid($"attribute {(int)attribute} cannot be set");
    });

    [UnmanagedCallersOnly]
    private static CUresult cuPointerGetAttribute(void* value, CUpointer_attribute attribute, CUdeviceptr address) => InContext(nameof(cuPointerGetAttribute), context =>
    {
        Require(value, nameof(value));
        bool isDevice = context.Memory.Find(address.Value) is not null;
        (ulong start, long bytes) = context.Memory.Find(address.Value) ?? context.Driver.Pinned.Find(address.Value)
            ?? throw Invalid($"0x{address.Value:x} is neither device memory nor pinned host memory");
        switch (attribute)
        {
            case CUpointer_attribute.CU_POINTER_ATTRIBUTE_CONTEXT: *(nint*)value = context.Handle; break;
            case CUpointer_attribute.CU_POINTER_ATTRIBUTE_MEMORY_TYPE: *(CUmemorytype*)value = isDevice ? CUmemorytype.CU_MEMORYTYPE_DEVICE : CUmemorytype.CU_MEMORYTYPE_HOST; break;
            case CUpointer_attribute.CU_POINTER_ATTRIBUTE_DEVICE_POINTER when isDevice: *(ulong*)value = address.Value; break;
            case CUpointer_attribute.CU_POINTER_ATTRIBUTE_HOST_POINTER when !isDevice: *(ulong*)value = address.Value; break;
            case CUpointer_attribute.CU_POINTER_ATTRIBUTE_IS_MANAGED: *(byte*)value = 0; break;
            case CUpointer_attribute.CU_POINTER_ATTRIBUTE_DEVICE_ORDINAL: *(int*)value = context.Slot.Ordinal; break;
            case CUpointer_attribute.CU_POINTER_ATTRIBUTE_RANGE_START_ADDR: *(ulong*)value = start; break;
            case CUpointer_attribute.CU_POINTER_ATTRIBUTE_RANGE_SIZE: *(nuint*)value = (nuint)bytes; break;
            default: throw Invalid($"{attribute} is not known of {(isDevice ? "device" : "pinned host")} memory");
        }
    });

    [UnmanagedCallersOnly]
    private static CUresult cuTensorMapEncodeTiled(CUtensorMap* map, CUtensorMapDataType type, uint rank, void* address, ulong* sizes, ulong* strides, uint* box, uint* steps,
        CUtensorMapInterleave interleave, CUtensorMapSwizzle swizzle, CUtensorMapL2promotion promotion, CUtensorMapFloatOOBfill fill) => Free(nameof(cuTensorMapEncodeTiled), () =>
    {
        Require(map, nameof(map));
        Require(sizes, nameof(sizes));
        Require(box, nameof(box));
        Require(steps, nameof(steps));
        if (rank is < 1 or > 5) throw Invalid($"expected a rank of 1 to 5, found {rank}");
        if (rank > 1) Require(strides, nameof(strides));
        int count = (int)rank;
        var tensor = new TensorMapEncoding(type, (ulong)address, new ReadOnlySpan<ulong>(sizes, count), new ReadOnlySpan<ulong>(strides, count - 1),
            new ReadOnlySpan<uint>(box, count), new ReadOnlySpan<uint>(steps, count), interleave, swizzle, fill);
        tensor.ThrowIfInvalid();
        tensor.Write(map);
        _ = promotion;
    });
}
