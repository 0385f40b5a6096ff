using Spa.Interop.Driver;

namespace Spa.Emulator.Driver;

/// <summary>The code that the real driver returns for what went wrong on the device.</summary>
internal static class DeviceFaults
{
    public static CUresult Result(Exception fault) => fault is DriverErrorException error ? error.Result : CUresult.CUDA_ERROR_LAUNCH_FAILED;
}
