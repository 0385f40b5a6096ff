namespace Spa.Interop.Loading;

/// <summary>Asks an installed CUDA driver for its version and devices; never throws for a machine without one.</summary>
public static unsafe class CudaDriverProbe
{
    /// <summary>Version as CUDA counts (13000 is 13.0), or null where the library lacks the call or refuses it.</summary>
    public static int? Version(NativeProbeResult driver)
    {
        var cuDriverGetVersion = (delegate* unmanaged<int*, int>)driver.Function("cuDriverGetVersion");
        int version = 0;
        return cuDriverGetVersion is not null && cuDriverGetVersion(&version) == 0 ? version : null;
    }

    /// <summary>Devices that the driver offers, or null where it cannot be initialised.</summary>
    public static int? DeviceCount(NativeProbeResult driver)
    {
        var cuInit = (delegate* unmanaged<uint, int>)driver.Function("cuInit");
        var cuDeviceGetCount = (delegate* unmanaged<int*, int>)driver.Function("cuDeviceGetCount");
        int count = 0;
        return cuInit is not null && cuDeviceGetCount is not null && cuInit(0) == 0 && cuDeviceGetCount(&count) == 0 ? count : null;
    }
}
