namespace Spa.Interop.Driver;

/// <summary>Host memory that stays where it is, so that copies to and from the device run beside the processor.</summary>
public sealed unsafe class PinnedBuffer : DriverHandle
{
    /// <exception cref="CudaException">The system does not pin that much.</exception>
    public PinnedBuffer(CudaContext context, long bytes) : base(context)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bytes);
        Own((nint)Driver.MemHostAlloc((nuint)bytes, CUmemhostalloc_flags.CU_MEMHOSTALLOC_PORTABLE));
        Bytes = bytes;
    }

    public long Bytes { get; }

    public byte* Address => (byte*)handle;

    protected override CUresult Release() => Driver.Functions.cuMemFreeHost(Address);
}
