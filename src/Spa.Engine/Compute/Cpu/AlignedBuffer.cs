using System.Runtime.InteropServices;

namespace Spa.Engine.Compute.Cpu;

/// <summary>Native scratch memory that grows to the largest size ever asked for and is reused as it is; the content is undefined.</summary>
internal sealed unsafe class AlignedBuffer(string purpose) : IDisposable
{
    private void* _address;
    private long _bytes;

    /// <summary>At least <paramref name="bytes"/> bytes on a cache line. Ends the life of what an earlier call gave.</summary>
    public nint Reserve(long bytes)
    {
        if (bytes > _bytes) Grow(bytes);
        return (nint)_address;
    }

    public void Dispose()
    {
        NativeMemory.AlignedFree(_address);
        _address = null;
        _bytes = 0;
    }

    private void Grow(long bytes)
    {
        Dispose();
        try
        {
            _address = NativeMemory.AlignedAlloc((nuint)bytes, Arena.Alignment);
        }
        catch (OutOfMemoryException)
        {
            throw new SpaException($"{purpose}: {bytes:N0} bytes of memory are not to be had; use a smaller batch, shorter sequences or a smaller model");
        }
        _bytes = bytes;
    }
}
