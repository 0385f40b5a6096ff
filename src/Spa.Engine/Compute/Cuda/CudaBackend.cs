using Spa.Engine.Compute.Cuda.Jit;
using Spa.Interop;
using Spa.Interop.Driver;

namespace Spa.Engine.Compute.Cuda;

/// <summary>
/// The op catalogue on a CUDA device, with kernels of our own that are compiled at run time. One file per group of ops; a file
/// <c>CudaBackend.Topic.cs</c> checks shapes and launches, the kernels are in <c>native/kernels</c>, their templates in <c>Kernels/</c>, the structs that
/// they are given in <c>Arguments/</c>. All work goes to one stream, in order; only <see cref="ComputeBackend.Download{T}"/> and
/// <see cref="ComputeBackend.Synchronize"/> wait for it.
/// </summary>
public sealed unsafe partial class CudaBackend : ComputeBackend
{
    private readonly CudaDriver _driver;
    private readonly CudaContext _context;
    private readonly CudaStream _stream;
    private readonly KernelJit _jit;
    private readonly KernelTarget _target;
    private readonly bool _emulated;
    private readonly bool _checkLaunches;

    /// <summary>Takes the device and makes its kernels findable; nothing is compiled before it is launched.</summary>
    /// <exception cref="SpaException">There is no such device, or it is too old.</exception>
    public CudaBackend(CudaOptions options)
    {
        _options = options;
        _emulated = options.Emulated;
        _checkLaunches = options.CheckLaunches ?? Environment.GetEnvironmentVariable("SPA_CHECKS") == "1";
        try
        {
            _driver = CudaDriver.Load(options.Driver);
            int count = _driver.DeviceGetCount();
            if ((uint)options.Ordinal >= (uint)count)
                throw new SpaException($"--device {options.Ordinal}: expected a device below {count}, which is how many the driver ({options.Driver.Description}) has; pick one of them or use --backend cpu");
            _context = new CudaContext(_driver, options.Ordinal);
            _target = KernelTarget.Of(_context.Device, _emulated);
            _jit = options.Jit ?? KernelJit.FromEnvironment();
            _stream = new CudaStream(_context);
            _upload = new UploadStaging(_context, _stream);
            _download = new DownloadStaging(_context, _stream);
            if (options.Gemm == GemmLibrary.CublasLt) Products();
        }
        catch (Exception error) when (error is NativeCallException or EntryPointNotFoundException)
        {
            throw new SpaException($"the CUDA device {options.Ordinal} of {options.Driver.Description} cannot be used: {error.Message}; see 'spa doctor', or use --backend cpu", error);
        }
    }

    public override string Name => "cuda";

    public override string Device =>
        $"{_context.Device.Name}, sm_{_context.Device.Major}{_context.Device.Minor}, {_context.Device.Multiprocessors} multiprocessors{(_emulated ? "" : $", {_context.Device.TotalBytes / 1e9:0.0} GB")}";

    public override DType ActivationType(DType matrixType) => matrixType;

    /// <summary>Where all work goes.</summary>
    internal CudaStream Stream => _stream;

    /// <summary>Facts about the device.</summary>
    internal CudaDevice Properties => _context.Device;

    public override void Synchronize()
    {
        try
        {
            _stream.Synchronize();
            ThrowIfFaulted();
        }
        catch (CudaException error)
        {
            throw Fault(error);
        }
    }

    /// <summary>Waits for the work, so that nothing is freed under a running kernel, and gives everything back.</summary>
    public override void Dispose()
    {
        if (_stream.IsClosed) return;
        try
        {
            _stream.Synchronize();
        }
        catch (CudaException)
        {
            // The fault has been told where it was met; what is left is to let go.
        }

        DisposeKernels();
        DisposeProducts();
        DisposeAttention();
        DisposePaged();
        DisposeScratch();
        DisposeFaults();
        _upload.Dispose();
        _download.Dispose();
        _stream.Dispose();
        _context.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>A failure of the driver as the user's error.</summary>
    private SpaException Fault(CudaException error)
    {
        string last = _lastLaunch.Template is null ? "" : $"; the last kernel started before was {_lastLaunch}{(_checkLaunches ? "" : " (SPA_CHECKS=1 waits after each and names the right one)")}";
        string after = error.IsSticky ? "; the device cannot be used further by this process" : "";
        return new SpaException($"{_context.Device.Name}: {error.Message}{last}{after}", error);
    }
}
