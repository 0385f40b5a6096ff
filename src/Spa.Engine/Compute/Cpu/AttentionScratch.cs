using System.Runtime.InteropServices;

namespace Spa.Engine.Compute.Cpu;

/// <summary>
/// Working memory of attention, outside the managed heap: one buffer for each thread that may be inside a part at the same time, and one
/// that all parts of an op share. Buffers only grow, and only before a job starts, so a warm op allocates nothing.
/// </summary>
internal sealed unsafe class AttentionScratch : IDisposable
{
    private nint[] _buffers = [];
    private int[] _taken = [];
    private long _bytes;
    private nint _shared;
    private long _sharedBytes;

    ~AttentionScratch() => Release();

    /// <summary>Makes <paramref name="threads"/> buffers of at least <paramref name="bytes"/> bytes; call it when no buffer is rented.</summary>
    public void Reserve(int threads, long bytes)
    {
        if (_buffers.Length < threads)
        {
            Array.Resize(ref _buffers, threads);
            Array.Resize(ref _taken, threads);
            _bytes = 0;
        }
        if (_bytes >= bytes) return;
        _bytes = 0;
        for (int i = 0; i < _buffers.Length; i++) Grow(ref _buffers[i], bytes);
        _bytes = bytes;
    }

    /// <summary>The common buffer, with at least <paramref name="bytes"/> bytes; its content is undefined.</summary>
    public float* Shared(long bytes)
    {
        if (_sharedBytes < bytes)
        {
            _sharedBytes = 0;
            Grow(ref _shared, bytes);
            _sharedBytes = bytes;
        }
        return (float*)_shared;
    }

    /// <summary>A buffer for the part that runs on this thread; give it back with <see cref="Return"/>.</summary>
    public float* Rent(out int slot)
    {
        for (slot = 0; slot < _taken.Length; slot++)
        {
            if (Interlocked.Exchange(ref _taken[slot], 1) == 0) return (float*)_buffers[slot];
        }
        throw new InvalidOperationException("more parts of an attention op run at once than the pool has threads");
    }

    public void Return(int slot) => Volatile.Write(ref _taken[slot], 0);

    public void Dispose()
    {
        Release();
        GC.SuppressFinalize(this);
    }

    private static void Grow(ref nint buffer, long bytes)
    {
        NativeMemory.AlignedFree((void*)buffer);
        buffer = 0;
        try
        {
            buffer = (nint)NativeMemory.AlignedAlloc((nuint)bytes, Arena.Alignment);
        }
        catch (OutOfMemoryException)
        {
            throw new SpaException($"attention scratch: {bytes:N0} bytes of memory are not to be had; use a smaller batch or shorter sequences");
        }
    }

    private void Release()
    {
        for (int i = 0; i < _buffers.Length; i++) NativeMemory.AlignedFree((void*)_buffers[i]);
        NativeMemory.AlignedFree((void*)_shared);
        _buffers = [];
        (_taken, _bytes, _shared, _sharedBytes) = ([], 0, 0, 0);
    }
}
