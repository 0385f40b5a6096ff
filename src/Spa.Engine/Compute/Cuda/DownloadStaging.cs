using Spa.Interop.Driver;

namespace Spa.Engine.Compute.Cuda;

/// <summary>
/// Carries device memory to the host through two pinned slices: one is copied out while the next is on its way. Waits for all of it; up to <see cref="SliceBytes"/> that is one wait,
/// in which a few bytes from elsewhere can come along.
/// </summary>
internal sealed unsafe class DownloadStaging : IDisposable
{
    private const long SliceBytes = 2 << 20;
    private const int BesideBytes = 64;

    private readonly CudaContext _context;
    private readonly CudaStream _stream;
    private readonly PinnedBuffer _memory;
    private readonly CudaEvent[] _arrived;

    public DownloadStaging(CudaContext context, CudaStream stream)
    {
        _context = context;
        _stream = stream;
        _memory = new PinnedBuffer(context, 2 * SliceBytes + BesideBytes);
        _arrived = [new CudaEvent(context), new CudaEvent(context)];
    }

    /// <param name="destination">Where to.</param>
    /// <param name="source">Where from.</param>
    /// <param name="bytes">How many.</param>
    /// <param name="beside">Takes what comes along; empty: nothing. At most 64 bytes.</param>
    /// <param name="besideSource">Where that comes from.</param>
    public void Copy(byte* destination, CUdeviceptr source, long bytes, Span<byte> beside = default, CUdeviceptr besideSource = default)
    {
        _context.MakeCurrent();
        byte* pinned = _memory.Address + 2 * SliceBytes;
        if (!beside.IsEmpty) _context.Driver.MemcpyDtoHAsync(pinned, besideSource, (nuint)beside.Length, _stream.Handle);
        // Without a byte to copy there is still something to wait for.
        long slices = Math.Max(1, (bytes + SliceBytes - 1) / SliceBytes);
        for (long i = 0; i <= slices; i++)
        {
            if (i < slices) Start(i, source, bytes);
            if (i > 0) Finish(i - 1, destination, bytes);
        }

        new ReadOnlySpan<byte>(pinned, beside.Length).CopyTo(beside);
    }

    public void Dispose()
    {
        foreach (CudaEvent mark in _arrived) mark.Dispose();
        _memory.Dispose();
    }

    private void Start(long slice, CUdeviceptr source, long bytes)
    {
        long at = slice * SliceBytes, part = Math.Min(SliceBytes, bytes - at);
        if (part > 0) _context.Driver.MemcpyDtoHAsync(Slice(slice), new CUdeviceptr(source.Value + (ulong)at), (nuint)part, _stream.Handle);
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
