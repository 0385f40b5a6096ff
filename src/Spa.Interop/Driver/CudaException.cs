namespace Spa.Interop.Driver;

/// <summary>A call of the CUDA driver failed.</summary>
public sealed class CudaException(string call, CUresult result, string name, string text) : NativeCallException(call, (int)result, name, text)
{
    public CUresult Result => result;

    /// <summary>After such a failure every later call on the device fails too: the process should save what it can and end.</summary>
    public bool IsSticky => result is CUresult.CUDA_ERROR_ILLEGAL_ADDRESS or CUresult.CUDA_ERROR_LAUNCH_TIMEOUT or CUresult.CUDA_ERROR_ASSERT or CUresult.CUDA_ERROR_HARDWARE_STACK_ERROR
        or CUresult.CUDA_ERROR_ILLEGAL_INSTRUCTION or CUresult.CUDA_ERROR_MISALIGNED_ADDRESS or CUresult.CUDA_ERROR_INVALID_ADDRESS_SPACE or CUresult.CUDA_ERROR_INVALID_PC
        or CUresult.CUDA_ERROR_LAUNCH_FAILED or CUresult.CUDA_ERROR_ECC_UNCORRECTABLE;
}
