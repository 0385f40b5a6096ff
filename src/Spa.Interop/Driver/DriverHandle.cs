using System.Runtime.InteropServices;

namespace Spa.Interop.Driver;

/// <summary>Something that a context made and that must be given back to it. It keeps the context alive.</summary>
public abstract class DriverHandle : SafeHandle
{
    /// <param name="context">The context that makes the thing; it becomes current.</param>
    protected DriverHandle(CudaContext context) : base(0, ownsHandle: true)
    {
        Context = context;
        context.MakeCurrent();
    }

    public CudaContext Context { get; }

    public override bool IsInvalid => handle == 0;

    protected CudaDriver Driver => Context.Driver;

    /// <summary>Gives the thing back; the context is current.</summary>
    protected abstract CUresult Release();

    protected sealed override bool ReleaseHandle()
    {
        bool released = Context.TryMakeCurrent() && Release() == CUresult.CUDA_SUCCESS;
        Context.DangerousRelease();
        return released;
    }

    /// <summary>Takes ownership of what the driver made.</summary>
    protected void Own(nint value)
    {
        bool added = false;
        Context.DangerousAddRef(ref added);
        SetHandle(value);
    }
}
