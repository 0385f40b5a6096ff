using System.Runtime.InteropServices;
using Spa.Interop.Driver;
using Spa.Interop.Loading;

namespace Spa.Interop.CublasLt;

/// <summary>cuBLASLt on one device.</summary>
public sealed unsafe class CublasLtHandle : SafeHandle
{
    /// <param name="library">A cuBLASLt library, for example of <see cref="NativeLibraries.FindCublasLt"/>.</param>
    /// <param name="context">The device; it becomes current.</param>
    /// <exception cref="CublasException">The library does not know the device.</exception>
    public CublasLtHandle(IEntryPoints library, CudaContext context) : base(0, ownsHandle: true)
    {
        Context = context;
        Calls = new CublasLtCalls(new CublasLtFunctions(library));
        context.MakeCurrent();
        SetHandle(Calls.Create().Value);
    }

    public CublasLtCalls Calls { get; }

    public CudaContext Context { get; }

    public cublasLtHandle_t Handle => new(handle);

    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle() => Calls.Functions.cublasLtDestroy(Handle) == cublasStatus_t.CUBLAS_STATUS_SUCCESS;
}
