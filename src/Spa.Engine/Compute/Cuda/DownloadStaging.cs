using Spa.Interop.Driver;

namespace Spa.Engine.Compute.Cuda;

/// <summary>Carries device memory to the host through two pinned slices: one is copied out while the next is on its way. Waits for all of it.</summary>
internal sealed unsafe class DownloadStaging : IDisposable
{
    private const long SliceBytes = 2 << 20;

    private readonly CudaContext _context;
    private readonly CudaStream _stream;
    private readonly PinnedBuffer _memory;
    private readonly CudaEvent[] _arrived;

    public DownloadStaging(CudaContext context, CudaStream stream)
    {
        _context = context;
        _stream = stream;
        _memory = new PinnedBuffer(context, 2 * SliceBytes);
        _arrived = [new CudaEvent(context), new CudaEvent(context)];
    }

    public void Copy(byte* destination, CUdeviceptr source, long bytes)
    {
        _context.MakeCurrent();
        long slices = (bytes + SliceBytes - 1) / SliceBytes;
        for (long i = 0; i <= slices; i++)
        {
            if (i < slices) Start(i, source, bytes);
            if (i > 0) Finish(i - 1, destination, bytes);
        }
    }

    public void Dispose()
    {
        foreach (CudaEvent mark in _arrived) mark.Dispose();
        _memory.Dispose();
    }

    private void Start(long slice, CUdeviceptr source, long bytes)
    {
        long at = slice * SliceBytes;
        _context.Driver.MemcpyDtoHAsync(Slice(slice), new CUdeviceptr(source.Value + (ulong)at), (nuint)Math.Min(SliceBytes, bytes - at), _stream.Handle);
        _arrived[slice & 1].Record(_stream);
    }

    private void Finish(long slice, byte* destination, long bytes)
    {
        long at = slice * SliceBytes, part = Math.Min(SliceBytes, bytes - at);
        _arrived[slice & 1].Synchronize();
        Buffer.MemoryCopy(Slice(slice), destination + at, part, part);
    }

    private byte* Slice(long slice) => _memory.Address + (slice & 1) * SliceBytes;
}
