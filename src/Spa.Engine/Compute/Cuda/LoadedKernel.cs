using Spa.Interop.Driver;

namespace Spa.Engine.Compute.Cuda;

/// <summary>A kernel that is loaded on the device.</summary>
internal sealed class LoadedKernel(CudaFunction function)
{
    // What a launch may ask for without a word to the driver, on every device.
    private const int UsualSharedBytes = 48 * 1024;

    private int _sharedBytes = UsualSharedBytes - function.StaticSharedBytes;

    public CudaFunction Function => function;

    /// <summary>Lets launches have so much dynamic shared memory.</summary>
    public void AllowShared(int bytes)
    {
        if (bytes <= _sharedBytes) return;
        function.MaxDynamicSharedBytes = bytes;
        _sharedBytes = bytes;
    }
}
