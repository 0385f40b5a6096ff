using Spa.Emulator.Checks;
using Spa.Interop.Driver;

namespace Spa.Emulator.Driver;

/// <summary>The code that the real driver returns for what went wrong on the device, or would do if it noticed.</summary>
internal static class DeviceFaults
{
    public static CUresult Result(Exception fault) => fault switch
    {
        DriverErrorException error => error.Result,
        DeviceFaultException device => Result(device.Kind),
        _ => CUresult.CUDA_ERROR_UNKNOWN,
    };

    private static CUresult Result(DeviceFaultKind kind) => kind switch
    {
        DeviceFaultKind.OutOfBounds or DeviceFaultKind.UseAfterFree or DeviceFaultKind.WriteToConstant => CUresult.CUDA_ERROR_ILLEGAL_ADDRESS,
        DeviceFaultKind.Misaligned => CUresult.CUDA_ERROR_MISALIGNED_ADDRESS,
        DeviceFaultKind.Deadlock or DeviceFaultKind.InstructionBudget => CUresult.CUDA_ERROR_LAUNCH_TIMEOUT,
        DeviceFaultKind.Trap => CUresult.CUDA_ERROR_ILLEGAL_INSTRUCTION,
        _ => CUresult.CUDA_ERROR_LAUNCH_FAILED,
    };
}
