using Spa.Interop.Loading;

namespace Spa.Interop.Driver;

/// <summary>
/// The driver's functions, named as in cuda.h. The newest version that this code knows is asked for (<c>cuMemAlloc</c> is <c>cuMemAlloc_v2</c>). A
/// function that the library lacks is null; <see cref="CudaDriver"/> turns that into an error that names it.
/// </summary>
/// <param name="library">Where the functions come from: the installed driver, or a device made of software.</param>
public sealed unsafe partial class DriverFunctions(IEntryPoints library)
{
    /// <summary>Where the functions came from.</summary>
    public IEntryPoints Library { get; } = library;

    public readonly delegate* unmanaged<uint, CUresult> cuInit = (delegate* unmanaged<uint, CUresult>)library.Find("cuInit");

    public readonly delegate* unmanaged<int*, CUresult> cuDriverGetVersion = (delegate* unmanaged<int*, CUresult>)library.Find("cuDriverGetVersion");

    public readonly delegate* unmanaged<CUresult, byte**, CUresult> cuGetErrorName = (delegate* unmanaged<CUresult, byte**, CUresult>)library.Find("cuGetErrorName");

    public readonly delegate* unmanaged<CUresult, byte**, CUresult> cuGetErrorString = (delegate* unmanaged<CUresult, byte**, CUresult>)library.Find("cuGetErrorString");

    public readonly delegate* unmanaged<int*, CUresult> cuDeviceGetCount = (delegate* unmanaged<int*, CUresult>)library.Find("cuDeviceGetCount");

    public readonly delegate* unmanaged<CUdevice*, int, CUresult> cuDeviceGet = (delegate* unmanaged<CUdevice*, int, CUresult>)library.Find("cuDeviceGet");

    public readonly delegate* unmanaged<byte*, int, CUdevice, CUresult> cuDeviceGetName =
        (delegate* unmanaged<byte*, int, CUdevice, CUresult>)library.Find("cuDeviceGetName");

    public readonly delegate* unmanaged<int*, CUdevice_attribute, CUdevice, CUresult> cuDeviceGetAttribute =
        (delegate* unmanaged<int*, CUdevice_attribute, CUdevice, CUresult>)library.Find("cuDeviceGetAttribute");

    public readonly delegate* unmanaged<nuint*, CUdevice, CUresult> cuDeviceTotalMem =
        (delegate* unmanaged<nuint*, CUdevice, CUresult>)library.Find("cuDeviceTotalMem_v2");

    public readonly delegate* unmanaged<CUuuid*, CUdevice, CUresult> cuDeviceGetUuid =
        (delegate* unmanaged<CUuuid*, CUdevice, CUresult>)library.Find("cuDeviceGetUuid_v2");

    public readonly delegate* unmanaged<int*, CUdevice, CUdevice, CUresult> cuDeviceCanAccessPeer =
        (delegate* unmanaged<int*, CUdevice, CUdevice, CUresult>)library.Find("cuDeviceCanAccessPeer");

    public readonly delegate* unmanaged<CUmemoryPool*, CUdevice, CUresult> cuDeviceGetDefaultMemPool =
        (delegate* unmanaged<CUmemoryPool*, CUdevice, CUresult>)library.Find("cuDeviceGetDefaultMemPool");

    public readonly delegate* unmanaged<CUcontext*, CUdevice, CUresult> cuDevicePrimaryCtxRetain =
        (delegate* unmanaged<CUcontext*, CUdevice, CUresult>)library.Find("cuDevicePrimaryCtxRetain");

    public readonly delegate* unmanaged<CUdevice, CUresult> cuDevicePrimaryCtxRelease =
        (delegate* unmanaged<CUdevice, CUresult>)library.Find("cuDevicePrimaryCtxRelease_v2");

    public readonly delegate* unmanaged<CUcontext, CUresult> cuCtxSetCurrent = (delegate* unmanaged<CUcontext, CUresult>)library.Find("cuCtxSetCurrent");

    public readonly delegate* unmanaged<CUcontext*, CUresult> cuCtxGetCurrent = (delegate* unmanaged<CUcontext*, CUresult>)library.Find("cuCtxGetCurrent");

    public readonly delegate* unmanaged<CUresult> cuCtxSynchronize = (delegate* unmanaged<CUresult>)library.Find("cuCtxSynchronize");

    public readonly delegate* unmanaged<CUcontext, uint, CUresult> cuCtxEnablePeerAccess =
        (delegate* unmanaged<CUcontext, uint, CUresult>)library.Find("cuCtxEnablePeerAccess");
}
