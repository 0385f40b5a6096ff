using System.Runtime.InteropServices;

namespace Spa.Interop.Driver;

/// <summary>
/// The primary context of a device: the one that every library in the process shares. Calls of the driver go to the context that is current on the
/// calling thread, so a method that may run on any thread begins with <see cref="MakeCurrent"/>.
/// </summary>
public sealed unsafe class CudaContext : SafeHandle
{
    // What this thread made current last, so that making it current again costs one compare.
    [ThreadStatic]
    private static CudaContext? s_current;

    /// <summary>Retains the primary context of a device and makes it current.</summary>
    /// <param name="driver">An initialised driver.</param>
    /// <param name="ordinal">Number of the device, from 0.</param>
    /// <exception cref="CudaException">There is no such device, or it is not available.</exception>
    public CudaContext(CudaDriver driver, int ordinal) : base(0, ownsHandle: true)
    {
        Driver = driver;
        Device = new CudaDevice(driver, driver.DeviceGet(ordinal));
        SetHandle(driver.DevicePrimaryCtxRetain(Device.Handle).Value);
        MakeCurrent();
    }

    public CudaDriver Driver { get; }

    public CudaDevice Device { get; }

    public CUcontext Handle => new(handle);

    public override bool IsInvalid => handle == 0;

    /// <summary>Makes this the context of the calling thread's calls. Code that changes the current context behind this method must put it back.</summary>
    public void MakeCurrent()
    {
        ObjectDisposedException.ThrowIf(IsClosed, this);
        if (ReferenceEquals(s_current, this)) return;
        Driver.CtxSetCurrent(Handle);
        s_current = this;
    }

    /// <summary>Waits for all work of the context.</summary>
    public void Synchronize()
    {
        MakeCurrent();
        Driver.CtxSynchronize();
    }

    /// <summary>Lets kernels of this context read and write the memory of another device. False where the hardware cannot.</summary>
    public bool TryEnablePeerAccess(CudaContext peer)
    {
        if (!Driver.DeviceCanAccessPeer(Device.Handle, peer.Device.Handle)) return false;
        MakeCurrent();
        Driver.CtxEnablePeerAccess(peer.Handle);
        return true;
    }

    /// <summary>As <see cref="MakeCurrent"/>, for the release of handles: no exception, also on a finalizer's thread.</summary>
    internal bool TryMakeCurrent()
    {
        if (ReferenceEquals(s_current, this)) return true;
        if (Driver.Functions.cuCtxSetCurrent(Handle) != CUresult.CUDA_SUCCESS) return false;
        s_current = this;
        return true;
    }

    protected override bool ReleaseHandle()
    {
        if (ReferenceEquals(s_current, this)) s_current = null;
        return Driver.Functions.cuDevicePrimaryCtxRelease(Device.Handle) == CUresult.CUDA_SUCCESS;
    }
}
