namespace Spa.Interop.Driver;

/// <summary>An allocation in device memory, aligned to 256 bytes; its content is undefined.</summary>
public sealed unsafe class DeviceBuffer : DriverHandle
{
    /// <exception cref="CudaException">There is not enough memory.</exception>
    public DeviceBuffer(CudaContext context, long bytes) : base(context)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bytes);
        Own((nint)Driver.MemAlloc((nuint)bytes).Value);
        Bytes = bytes;
    }

    public long Bytes { get; }

    public CUdeviceptr Address => new((ulong)handle);

    /// <summary>Copies host elements to the beginning; waits.</summary>
    public void CopyFrom<T>(ReadOnlySpan<T> source) where T : unmanaged
    {
        Check((long)source.Length * sizeof(T));
        fixed (T* pointer = source) Driver.MemcpyHtoD(Address, pointer, (nuint)source.Length * (nuint)sizeof(T));
    }

    /// <summary>Copies from the beginning to the host; waits.</summary>
    public void CopyTo<T>(Span<T> destination) where T : unmanaged
    {
        Check((long)destination.Length * sizeof(T));
        fixed (T* pointer = destination) Driver.MemcpyDtoH(pointer, Address, (nuint)destination.Length * (nuint)sizeof(T));
    }

    protected override CUresult Release() => Driver.Functions.cuMemFree(Address);

    private void Check(long bytes)
    {
        if (bytes > Bytes) throw new ArgumentException($"a copy of {bytes} bytes, the buffer has {Bytes}");
        Context.MakeCurrent();
    }
}
