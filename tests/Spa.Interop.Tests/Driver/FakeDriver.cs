using System.Runtime.InteropServices;
using Spa.Interop.Driver;
using Spa.Interop.Loading;

namespace Spa.Interop.Tests.Driver;

/// <summary>
/// A driver with one device whose memory is host memory and whose work is done at once. Its one kernel doubles numbers. It counts what was made and not given back.
/// </summary>
internal sealed unsafe class FakeDriver : IEntryPoints
{
    /// <summary>Allocations above this are refused.</summary>
    public const ulong Memory = 1 << 20;

    private static readonly byte[] s_outOfMemory = "CUDA_ERROR_OUT_OF_MEMORY\0"u8.ToArray(), s_text = "out of memory\0"u8.ToArray();
    private static int s_live;

    private readonly Dictionary<string, nint> _functions = new()
    {
        ["cuInit"] = (nint)(delegate* unmanaged<uint, CUresult>)&Init,
        ["cuGetErrorName"] = (nint)(delegate* unmanaged<CUresult, byte**, CUresult>)&GetErrorName,
        ["cuGetErrorString"] = (nint)(delegate* unmanaged<CUresult, byte**, CUresult>)&GetErrorString,
        ["cuDeviceGet"] = (nint)(delegate* unmanaged<int*, int, CUresult>)&DeviceGet,
        ["cuDeviceGetName"] = (nint)(delegate* unmanaged<byte*, int, int, CUresult>)&DeviceGetName,
        ["cuDeviceGetAttribute"] = (nint)(delegate* unmanaged<int*, CUdevice_attribute, int, CUresult>)&DeviceGetAttribute,
        ["cuDeviceTotalMem_v2"] = (nint)(delegate* unmanaged<nuint*, int, CUresult>)&DeviceTotalMem,
        ["cuDevicePrimaryCtxRetain"] = (nint)(delegate* unmanaged<nint*, int, CUresult>)&Retain,
        ["cuDevicePrimaryCtxRelease_v2"] = (nint)(delegate* unmanaged<int, CUresult>)&ReleaseContext,
        ["cuCtxSetCurrent"] = (nint)(delegate* unmanaged<nint, CUresult>)&Ignore,
        ["cuMemAlloc_v2"] = (nint)(delegate* unmanaged<ulong*, nuint, CUresult>)&MemAlloc,
        ["cuMemFree_v2"] = (nint)(delegate* unmanaged<ulong, CUresult>)&MemFree,
        ["cuMemHostAlloc"] = (nint)(delegate* unmanaged<ulong*, nuint, uint, CUresult>)&MemHostAlloc,
        ["cuMemFreeHost"] = (nint)(delegate* unmanaged<ulong, CUresult>)&MemFree,
        ["cuMemcpyHtoD_v2"] = (nint)(delegate* unmanaged<void*, void*, nuint, CUresult>)&Memcpy,
        ["cuMemcpyDtoH_v2"] = (nint)(delegate* unmanaged<void*, void*, nuint, CUresult>)&Memcpy,
        ["cuMemsetD8Async"] = (nint)(delegate* unmanaged<void*, byte, nuint, nint, CUresult>)&Memset,
        ["cuStreamCreateWithPriority"] = (nint)(delegate* unmanaged<nint*, uint, int, CUresult>)&CreateStream,
        ["cuStreamDestroy_v2"] = (nint)(delegate* unmanaged<nint, CUresult>)&Destroy,
        ["cuStreamSynchronize"] = (nint)(delegate* unmanaged<nint, CUresult>)&Ignore,
        ["cuStreamQuery"] = (nint)(delegate* unmanaged<nint, CUresult>)&NotReady,
        ["cuEventCreate"] = (nint)(delegate* unmanaged<nint*, uint, CUresult>)&CreateEvent,
        ["cuEventDestroy_v2"] = (nint)(delegate* unmanaged<nint, CUresult>)&Destroy,
        ["cuModuleLoadData"] = (nint)(delegate* unmanaged<nint*, byte*, CUresult>)&LoadModule,
        ["cuModuleUnload"] = (nint)(delegate* unmanaged<nint, CUresult>)&Destroy,
        ["cuModuleGetFunction"] = (nint)(delegate* unmanaged<nint*, nint, byte*, CUresult>)&GetFunction,
        ["cuLaunchKernel"] = (nint)(delegate* unmanaged<nint, uint, uint, uint, uint, uint, uint, uint, nint, void**, void**, CUresult>)&Launch,
    };

    public FakeDriver(params string[] missing)
    {
        foreach (string name in missing) _functions.Remove(name);
    }

    /// <summary>Things that were made and not given back, in the whole process.</summary>
    public static int Live => s_live;

    public string Description => "a fake";

    public nint Find(string name) => _functions.GetValueOrDefault(name);

    [UnmanagedCallersOnly]
    private static CUresult Init(uint flags) => CUresult.CUDA_SUCCESS;

    [UnmanagedCallersOnly]
    private static CUresult GetErrorName(CUresult code, byte** text) => Constant(s_outOfMemory, code, text);

    [UnmanagedCallersOnly]
    private static CUresult GetErrorString(CUresult code, byte** text) => Constant(s_text, code, text);

    [UnmanagedCallersOnly]
    private static CUresult DeviceGet(int* device, int ordinal)
    {
        *device = ordinal;
        return ordinal == 0 ? CUresult.CUDA_SUCCESS : CUresult.CUDA_ERROR_INVALID_DEVICE;
    }

    [UnmanagedCallersOnly]
    private static CUresult DeviceGetName(byte* name, int length, int device)
    {
        "fake\0"u8.CopyTo(new Span<byte>(name, length));
        return CUresult.CUDA_SUCCESS;
    }

    [UnmanagedCallersOnly]
    private static CUresult DeviceGetAttribute(int* value, CUdevice_attribute attribute, int device)
    {
        *value = (int)attribute;
        return CUresult.CUDA_SUCCESS;
    }

    [UnmanagedCallersOnly]
    private static CUresult DeviceTotalMem(nuint* bytes, int device)
    {
        *bytes = (nuint)Memory;
        return CUresult.CUDA_SUCCESS;
    }

    [UnmanagedCallersOnly]
    private static CUresult Retain(nint* context, int device) => Make(context, 11);

    [UnmanagedCallersOnly]
    private static CUresult CreateStream(nint* stream, uint flags, int priority) => Make(stream, 12);

    [UnmanagedCallersOnly]
    private static CUresult CreateEvent(nint* mark, uint flags) => Make(mark, 13);

    [UnmanagedCallersOnly]
    private static CUresult LoadModule(nint* module, byte* image) => image is not null && Marshal.PtrToStringUTF8((nint)image)!.Contains(".entry twice", StringComparison.Ordinal) ? Make(module, 14) : CUresult.CUDA_ERROR_INVALID_IMAGE;

    [UnmanagedCallersOnly]
    private static CUresult GetFunction(nint* function, nint module, byte* name)
    {
        *function = 15;
        return Marshal.PtrToStringUTF8((nint)name) == "twice" ? CUresult.CUDA_SUCCESS : CUresult.CUDA_ERROR_NOT_FOUND;
    }

    [UnmanagedCallersOnly]
    private static CUresult ReleaseContext(int device) => Unmake();

    [UnmanagedCallersOnly]
    private static CUresult Destroy(nint thing) => Unmake();

    [UnmanagedCallersOnly]
    private static CUresult Ignore(nint thing) => CUresult.CUDA_SUCCESS;

    [UnmanagedCallersOnly]
    private static CUresult NotReady(nint stream) => CUresult.CUDA_ERROR_NOT_READY;

    [UnmanagedCallersOnly]
    private static CUresult MemAlloc(ulong* address, nuint bytes) => Take(address, bytes);

    [UnmanagedCallersOnly]
    private static CUresult MemHostAlloc(ulong* address, nuint bytes, uint flags) => Take(address, bytes);

    [UnmanagedCallersOnly]
    private static CUresult MemFree(ulong address)
    {
        NativeMemory.AlignedFree((void*)address);
        return Unmake();
    }

    [UnmanagedCallersOnly]
    private static CUresult Memcpy(void* destination, void* source, nuint bytes)
    {
        Buffer.MemoryCopy(source, destination, bytes, bytes);
        return CUresult.CUDA_SUCCESS;
    }

    [UnmanagedCallersOnly]
    private static CUresult Memset(void* destination, byte value, nuint count, nint stream)
    {
        new Span<byte>(destination, (int)count).Fill(value);
        return CUresult.CUDA_SUCCESS;
    }

    [UnmanagedCallersOnly]
    private static CUresult Launch(nint function, uint gx, uint gy, uint gz, uint bx, uint by, uint bz, uint shared, nint stream, void** parameters, void** extra)
    {
        float* x = *(float**)parameters[0];
        int count = ((int*)parameters[0])[2];
        for (int i = 0; i < Math.Min(count, (int)(gx * bx)); i++) x[i] *= 2;
        return CUresult.CUDA_SUCCESS;
    }

    private static CUresult Take(ulong* address, nuint bytes)
    {
        if (bytes > Memory) return CUresult.CUDA_ERROR_OUT_OF_MEMORY;
        Interlocked.Increment(ref s_live);
        *address = (ulong)NativeMemory.AlignedAlloc(bytes, 256);
        return CUresult.CUDA_SUCCESS;
    }

    private static CUresult Make(nint* thing, nint value)
    {
        Interlocked.Increment(ref s_live);
        *thing = value;
        return CUresult.CUDA_SUCCESS;
    }

    private static CUresult Unmake()
    {
        Interlocked.Decrement(ref s_live);
        return CUresult.CUDA_SUCCESS;
    }

    private static CUresult Constant(byte[] text, CUresult code, byte** result)
    {
        if (code != CUresult.CUDA_ERROR_OUT_OF_MEMORY) return CUresult.CUDA_ERROR_INVALID_VALUE;
        *result = (byte*)GCHandle.Alloc(text, GCHandleType.Pinned).AddrOfPinnedObject();
        return CUresult.CUDA_SUCCESS;
    }
}
