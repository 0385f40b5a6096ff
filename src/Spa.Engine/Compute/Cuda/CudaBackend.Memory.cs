using Spa.Engine.Compute.Cuda.Arguments;
using Spa.Interop.Driver;

namespace Spa.Engine.Compute.Cuda;

public sealed unsafe partial class CudaBackend
{
    private readonly UploadStaging _upload;
    private readonly DownloadStaging _download;
    private DeviceBuffer? _scratch;

    /// <summary>Bytes that <see cref="Scratch"/> holds.</summary>
    internal long ScratchBytes => _scratch?.Bytes ?? 0;

    protected override nint Allocate(long bytes, string purpose)
    {
        _context.MakeCurrent();
        try
        {
            return (nint)_driver.MemAlloc((nuint)bytes).Value;
        }
        catch (CudaException error) when (error.Result == CUresult.CUDA_ERROR_OUT_OF_MEMORY)
        {
            (long free, long total) = _driver.MemGetInfo();
            throw new SpaException($"{purpose}: {bytes:N0} bytes of device memory are not to be had, {free:N0} of {total:N0} are free; use a smaller batch, shorter sequences or a smaller model", error);
        }
        catch (CudaException error)
        {
            throw Fault(error);
        }
    }

    /// <summary>Work that was queued before has come to its end when the memory goes.</summary>
    protected internal override void Free(nint address)
    {
        // An arena may outlive a backend that failed; its memory went with the context.
        if (_context.IsClosed) return;
        _context.MakeCurrent();
        _driver.Functions.cuMemFree(new CUdeviceptr((ulong)address));
    }

    /// <summary>Returns when the host's elements may be changed again; the device has them when the stream comes to it.</summary>
    public override void Upload<T>(Tensor destination, ReadOnlySpan<T> source)
    {
        CheckTransfer(destination, source.Length, sizeof(T));
        try
        {
            fixed (T* pointer = source) _upload.Copy(Address(destination), (byte*)pointer, (long)source.Length * sizeof(T));
        }
        catch (CudaException error)
        {
            throw Fault(error);
        }
    }

    public override void Download<T>(Span<T> destination, Tensor source)
    {
        CheckTransfer(source, destination.Length, sizeof(T));
        try
        {
            FaultRecord fault = default;
            fixed (T* pointer = destination) _download.Copy((byte*)pointer, Address(source), (long)destination.Length * sizeof(T), Destination(ref fault), new((ulong)_faultWord));
            ThrowIfFaulted(fault);
        }
        catch (CudaException error)
        {
            throw Fault(error);
        }
    }

    public override void Zero(Tensor destination)
    {
        if (destination.Count == 0) return;
        _context.MakeCurrent();
        int size = destination.Type.Size();
        bool whole = destination.IsContiguous;
        nuint bytes = (nuint)(whole ? destination.Bytes : (long)destination.Columns * size);
        for (long row = 0; row < (whole ? 1 : destination.Rows); row++)
            _driver.MemsetD8Async(new CUdeviceptr((ulong)(destination.Address + (nint)(row * destination.Stride * size))), 0, bytes, _stream.Handle);
    }

    /// <summary>
    /// Device memory for one op, aligned to 256 bytes; its content is undefined, and the next call may give the same bytes again. It grows by waiting for
    /// the device, so only until every shape has been seen once, and never while a graph is captured.
    /// </summary>
    private nint Scratch(long bytes)
    {
        if (bytes > ScratchBytes) GrowScratch(bytes);
        return (nint)_scratch!.Address.Value;
    }

    private void GrowScratch(long bytes)
    {
        if (_capturing) throw new InvalidOperationException($"scratch memory must grow from {ScratchBytes:N0} to {bytes:N0} bytes while a graph is captured; run the step once before");
        Synchronize();
        _scratch?.Dispose();
        _scratch = null;
        try
        {
            // Half more than asked for: shapes creep, and each growth waits for the device.
            _scratch = new DeviceBuffer(_context, Math.Max(1 << 20, bytes + bytes / 2));
        }
        catch (CudaException error) when (error.Result == CUresult.CUDA_ERROR_OUT_OF_MEMORY)
        {
            throw new SpaException($"scratch: {bytes + bytes / 2:N0} bytes of device memory are not to be had; use a smaller batch or shorter sequences", error);
        }
    }

    private void DisposeScratch() => _scratch?.Dispose();

    private static CUdeviceptr Address(Tensor tensor) => new((ulong)tensor.Address);
}
