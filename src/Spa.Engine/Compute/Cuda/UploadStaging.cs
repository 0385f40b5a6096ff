using Spa.Interop.Driver;

namespace Spa.Engine.Compute.Cuda;

/// <summary>
/// Carries host memory to the device through pinned memory: two halves, filled in turn by many small copies; a half is filled again when the stream has
/// come past its last copy.
/// </summary>
internal sealed unsafe class UploadStaging : IDisposable
{
    private const long HalfBytes = 4 << 20;
    private const long Alignment = 64;

    private readonly CudaContext _context;
    private readonly CudaStream _stream;
    private readonly PinnedBuffer _memory;
    private readonly CudaEvent[] _done;
    private readonly bool[] _inFlight = new bool[2];
    private int _half;
    private long _used;

    public UploadStaging(CudaContext context, CudaStream stream)
    {
        _context = context;
        _stream = stream;
        _memory = new PinnedBuffer(context, 2 * HalfBytes);
        _done = [new CudaEvent(context), new CudaEvent(context)];
    }

    /// <summary>Copies; returns when the source may be changed.</summary>
    public void Copy(CUdeviceptr destination, byte* source, long bytes)
    {
        _context.MakeCurrent();
        for (long at = 0; at < bytes;)
        {
            if (_used == HalfBytes) Turn();
            long part = Math.Min(bytes - at, HalfBytes - _used);
            byte* staged = _memory.Address + _half * HalfBytes + _used;
            Buffer.MemoryCopy(source + at, staged, part, part);
            _context.Driver.MemcpyHtoDAsync(new CUdeviceptr(destination.Value + (ulong)at), staged, (nuint)part, _stream.Handle);
            _used = Math.Min(HalfBytes, (_used + part + Alignment - 1) / Alignment * Alignment);
            at += part;
        }
    }

    public void Dispose()
    {
        foreach (CudaEvent mark in _done) mark.Dispose();
        _memory.Dispose();
    }

    private void Turn()
    {
        _done[_half].Record(_stream);
        _inFlight[_half] = true;
        _half ^= 1;
        _used = 0;
        if (_inFlight[_half]) _done[_half].Synchronize();
        _inFlight[_half] = false;
    }
}
