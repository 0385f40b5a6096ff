using System.Runtime.InteropServices;
using System.Text;
using Spa.Interop.Driver;

namespace Spa.Emulator.Driver;

internal static unsafe partial class EntryPoints
{
    private const int DriverVersion = 13000;

    private static nint FindDevice(string name) => name switch
    {
        "cuInit" => (nint)(delegate* unmanaged<uint, CUresult>)&cuInit,
        "cuDriverGetVersion" => (nint)(delegate* unmanaged<int*, CUresult>)&cuDriverGetVersion,
        "cuGetErrorName" => (nint)(delegate* unmanaged<CUresult, byte**, CUresult>)&cuGetErrorName,
        "cuGetErrorString" => (nint)(delegate* unmanaged<CUresult, byte**, CUresult>)&cuGetErrorString,
        "cuDeviceGetCount" => (nint)(delegate* unmanaged<int*, CUresult>)&cuDeviceGetCount,
        "cuDeviceGet" => (nint)(delegate* unmanaged<CUdevice*, int, CUresult>)&cuDeviceGet,
        "cuDeviceGetName" => (nint)(delegate* unmanaged<byte*, int, CUdevice, CUresult>)&cuDeviceGetName,
        "cuDeviceGetAttribute" => (nint)(delegate* unmanaged<int*, CUdevice_attribute, CUdevice, CUresult>)&cuDeviceGetAttribute,
        "cuDeviceTotalMem_v2" => (nint)(delegate* unmanaged<nuint*, CUdevice, CUresult>)&cuDeviceTotalMem,
        "cuDeviceGetUuid_v2" => (nint)(delegate* unmanaged<CUuuid*, CUdevice, CUresult>)&cuDeviceGetUuid,
        "cuDeviceCanAccessPeer" => (nint)(delegate* unmanaged<int*, CUdevice, CUdevice, CUresult>)&cuDeviceCanAccessPeer,
        "cuDeviceGetDefaultMemPool" => (nint)(delegate* unmanaged<CUmemoryPool*, CUdevice, CUresult>)&cuDeviceGetDefaultMemPool,
        "cuDevicePrimaryCtxRetain" => (nint)(delegate* unmanaged<CUcontext*, CUdevice, CUresult>)&cuDevicePrimaryCtxRetain,
        "cuDevicePrimaryCtxRelease_v2" => (nint)(delegate* unmanaged<CUdevice, CUresult>)&cuDevicePrimaryCtxRelease,
        "cuCtxSetCurrent" => (nint)(delegate* unmanaged<CUcontext, CUresult>)&cuCtxSetCurrent,
        "cuCtxGetCurrent" => (nint)(delegate* unmanaged<CUcontext*, CUresult>)&cuCtxGetCurrent,
        "cuCtxSynchronize" => (nint)(delegate* unmanaged<CUresult>)&cuCtxSynchronize,
        "cuCtxEnablePeerAccess" => (nint)(delegate* unmanaged<CUcontext, uint, CUresult>)&cuCtxEnablePeerAccess,
        _ => 0,
    };

    [UnmanagedCallersOnly]
    private static CUresult cuInit(uint flags) => Free(nameof(cuInit), () =>
    {
        if (flags != 0) throw Invalid($"expected flags 0, found {flags}");
        EmulatedMachine.Initialised = true;
    }, needsInit: false);

    [UnmanagedCallersOnly]
    private static CUresult cuDriverGetVersion(int* version) => Free(nameof(cuDriverGetVersion), () =>
    {
        Require(version, nameof(version));
        *version = DriverVersion;
    }, needsInit: false);

    [UnmanagedCallersOnly]
    private static CUresult cuGetErrorName(CUresult error, byte** text) => ErrorTexts.Find(text, ErrorTexts.Name(error));

    [UnmanagedCallersOnly]
    private static CUresult cuGetErrorString(CUresult error, byte** text) => ErrorTexts.Find(text, ErrorTexts.TextWithReason(error));

    [UnmanagedCallersOnly]
    private static CUresult cuDeviceGetCount(int* count) => Free(nameof(cuDeviceGetCount), () =>
    {
        Require(count, nameof(count));
        *count = EmulatedMachine.DeviceCount;
    });

    [UnmanagedCallersOnly]
    private static CUresult cuDeviceGet(CUdevice* device, int ordinal) => OnDevice(nameof(cuDeviceGet), new CUdevice(ordinal), slot =>
    {
        Require(device, nameof(device));
        *device = new CUdevice(slot.Ordinal);
    });

    [UnmanagedCallersOnly]
    private static CUresult cuDeviceGetName(byte* name, int length, CUdevice device) => OnDevice(nameof(cuDeviceGetName), device, slot =>
    {
        Require(name, nameof(name));
        if (length < 1) throw Invalid($"expected a length above 0, found {length}");
        EmulatedArchitecture architecture = slot.Driver.Options.Architecture;
        byte[] text = Encoding.UTF8.GetBytes($"Spa emulated device (sm_{architecture.Target}, {architecture.Multiprocessors} multiprocessors)");
        int copied = Math.Min(text.Length, length - 1);
        text.AsSpan(0, copied).CopyTo(new Span<byte>(name, copied));
        name[copied] = 0;
    });

    [UnmanagedCallersOnly]
    private static CUresult cuDeviceGetAttribute(int* value, CUdevice_attribute attribute, CUdevice device) => OnDevice(nameof(cuDeviceGetAttribute), device, slot =>
    {
        Require(value, nameof(value));
        *value = DeviceAttributes.Find(slot.Driver.Options.Architecture, slot.Ordinal, attribute) ?? throw Invalid($"attribute {(int)attribute} is not known");
    });

    [UnmanagedCallersOnly]
    private static CUresult cuDeviceTotalMem(nuint* bytes, CUdevice device) => OnDevice(nameof(cuDeviceTotalMem), device, slot =>
    {
        Require(bytes, nameof(bytes));
        *bytes = (nuint)slot.Driver.Options.MemoryBytes;
    });

    [UnmanagedCallersOnly]
    private static CUresult cuDeviceGetUuid(CUuuid* uuid, CUdevice device) => OnDevice(nameof(cuDeviceGetUuid), device, slot =>
    {
        Require(uuid, nameof(uuid));
        "Spa emulator"u8.CopyTo(new Span<byte>(uuid, 16));
        ((int*)uuid)[3] = slot.Ordinal;
    });

    [UnmanagedCallersOnly]
    private static CUresult cuDeviceCanAccessPeer(int* can, CUdevice device, CUdevice peer) => OnDevice(nameof(cuDeviceCanAccessPeer), device, _ =>
    {
        Require(can, nameof(can));
        if (EmulatedMachine.Device(peer.Value) is null) throw new DriverErrorException(CUresult.CUDA_ERROR_INVALID_DEVICE, $"there is no device {peer.Value}");
        *can = 0;
    });

    /// <summary>A device has one pool; its handle is the ordinal, made unlike a null pointer.</summary>
    [UnmanagedCallersOnly]
    private static CUresult cuDeviceGetDefaultMemPool(CUmemoryPool* pool, CUdevice device) => OnDevice(nameof(cuDeviceGetDefaultMemPool), device, slot =>
    {
        Require(pool, nameof(pool));
        *pool = new CUmemoryPool(slot.Ordinal + 1);
    });

    [UnmanagedCallersOnly]
    private static CUresult cuDevicePrimaryCtxRetain(CUcontext* context, CUdevice device) => OnDevice(nameof(cuDevicePrimaryCtxRetain), device, slot =>
    {
        Require(context, nameof(context));
        *context = new CUcontext(slot.Retain().Handle);
    });

    [UnmanagedCallersOnly]
    private static CUresult cuDevicePrimaryCtxRelease(CUdevice device) => OnDevice(nameof(cuDevicePrimaryCtxRelease), device, static slot =>
    {
        if (!slot.Release()) throw new DriverErrorException(CUresult.CUDA_ERROR_INVALID_CONTEXT, "the device was released more often than retained");
    });

    [UnmanagedCallersOnly]
    private static CUresult cuCtxSetCurrent(CUcontext context) => Free(nameof(cuCtxSetCurrent), () =>
    {
        EmulatedContext? target = null;
        if (context.Value != 0 && !HandleTable.TryGet(context.Value, out target))
            throw new DriverErrorException(CUresult.CUDA_ERROR_INVALID_CONTEXT, HandleTable.Describe(context.Value, "context"));
        EmulatedMachine.Current = target;
    });

    [UnmanagedCallersOnly]
    private static CUresult cuCtxGetCurrent(CUcontext* context) => Free(nameof(cuCtxGetCurrent), () =>
    {
        Require(context, nameof(context));
        *context = new CUcontext(EmulatedMachine.Current is { Ended: false } current ? current.Handle : 0);
    });

    [UnmanagedCallersOnly]
    private static CUresult cuCtxSynchronize() => InContext(nameof(cuCtxSynchronize), static context => context.Synchronize());

    [UnmanagedCallersOnly]
    private static CUresult cuCtxEnablePeerAccess(CUcontext peer, uint flags) => InContext(nameof(cuCtxEnablePeerAccess), _ =>
    {
        if (flags != 0) throw Invalid($"expected flags 0, found {flags}");
        if (!HandleTable.TryGet(peer.Value, out EmulatedContext? _)) throw new DriverErrorException(CUresult.CUDA_ERROR_INVALID_CONTEXT, HandleTable.Describe(peer.Value, "context"));
        throw new DriverErrorException(CUresult.CUDA_ERROR_PEER_ACCESS_UNSUPPORTED, "emulated devices cannot access each other's memory");
    });
}
