using System.Runtime.InteropServices;
using Spa.Emulator.Checks;

namespace Spa.Emulator.Memory;

/// <summary>
/// Global memory. Addresses are the device's own, never host pointers; they are not used twice, and guard gaps separate allocations, so that an access past an end
/// or to freed memory is always seen. Fresh memory holds bytes 0xFF (NaN for every float type).
/// </summary>
public sealed unsafe class DeviceMemory : IDisposable
{
    internal const ulong FirstAddress = 0x7000_0000_0000;
    private const long Granularity = 512;
    private const int KeptTombstones = 4096;

    private readonly EmulatorOptions _options;

    // In order of addresses, freed ones included until there are too many.
    private readonly List<MemoryRegion> _regions = [];
    private MemoryRegion? _last;
    private ulong _nextAddress = FirstAddress;
    private int _freed;

    internal DeviceMemory(EmulatorOptions options) => _options = options;

    /// <summary>Bytes in live allocations.</summary>
    public long UsedBytes { get; private set; }

    /// <summary>Live allocations.</summary>
    public int Count => _regions.Count - _freed;

    /// <summary>Allocates; the address is a multiple of 512.</summary>
    /// <param name="bytes">More than 0.</param>
    /// <param name="tag">Name in reports.</param>
    /// <exception cref="InsufficientMemoryException">The device's memory is full.</exception>
    public ulong Allocate(long bytes, string tag)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bytes);
        if (bytes > _options.MemoryBytes - UsedBytes)
            throw new InsufficientMemoryException($"emulated device memory: {bytes} bytes wanted for '{tag}', {_options.MemoryBytes - UsedBytes} of {_options.MemoryBytes} free");
        MemoryRegion region = new(_nextAddress, bytes, tag, _options.Check);
        _nextAddress += (ulong)((bytes + Granularity - 1) / Granularity * Granularity + Granularity);
        _regions.Add(region);
        UsedBytes += bytes;
        return region.Address;
    }

    /// <summary>Frees what <see cref="Allocate"/> returned.</summary>
    /// <exception cref="DeviceFaultException">The address is no live allocation's first.</exception>
    public void Free(ulong address)
    {
        MemoryRegion? region = Nearest(address);
        if (region is null || region.Address != address) throw new DeviceFaultException(DeviceFaultKind.OutOfBounds, $"free of 0x{address:x}, where no allocation begins");
        if (region.IsFreed) throw new DeviceFaultException(DeviceFaultKind.UseAfterFree, $"free of 0x{address:x} ('{region.Tag}'), which is free already");
        UsedBytes -= region.Size;
        region.Dispose();
        if (++_freed <= KeptTombstones) return;
        int surplus = _freed / 2;
        _freed -= surplus;
        _regions.RemoveAll(r => r.IsFreed && surplus-- > 0);
    }

    /// <summary>Copies from the host and marks the bytes as initialised.</summary>
    public void Write(ulong address, ReadOnlySpan<byte> source)
    {
        if (source.IsEmpty) return;
        MemoryRegion region = Require(address, source.Length, "host write", out long offset);
        source.CopyTo(new Span<byte>(region.Data + offset, source.Length));
        region.MarkWritten(offset, source.Length);
    }

    /// <summary>Copies to the host; bytes that were never written read as 0xFF.</summary>
    public void Read(ulong address, Span<byte> destination)
    {
        if (destination.IsEmpty) return;
        MemoryRegion region = Require(address, destination.Length, "host read", out long offset);
        new ReadOnlySpan<byte>(region.Data + offset, destination.Length).CopyTo(destination);
    }

    /// <summary>Copies within the device; what was uninitialised stays so.</summary>
    public void Copy(ulong destination, ulong source, long bytes)
    {
        if (bytes == 0) return;
        MemoryRegion from = Require(source, bytes, "copy from", out long fromOffset), to = Require(destination, bytes, "copy to", out long toOffset);
        Buffer.MemoryCopy(from.Data + fromOffset, to.Data + toOffset, bytes, bytes);
        to.CopyWritten(toOffset, from, fromOffset, bytes);
    }

    /// <summary>Repeats a value of 1, 2 or 4 bytes.</summary>
    /// <param name="address">First byte.</param>
    /// <param name="value">The value; its low bytes count.</param>
    /// <param name="valueBytes">1, 2 or 4.</param>
    /// <param name="count">How often.</param>
    public void Fill(ulong address, uint value, int valueBytes, long count)
    {
        if (count == 0) return;
        long bytes = count * valueBytes;
        MemoryRegion region = Require(address, bytes, "fill", out long offset);
        byte* target = region.Data + offset;
        if (valueBytes == 1) NativeMemory.Fill(target, (nuint)bytes, (byte)value);
        else if (valueBytes == 2) for (long i = 0; i < count; i++) ((ushort*)target)[i] = (ushort)value;
        else for (long i = 0; i < count; i++) ((uint*)target)[i] = value;
        region.MarkWritten(offset, bytes);
    }

    /// <summary>The host's view of <paramref name="bytes"/> bytes, for code that stands for a library's kernel.</summary>
    /// <param name="address">First byte.</param>
    /// <param name="bytes">Bytes.</param>
    /// <param name="write">Whether all of them will be written; otherwise they must be initialised.</param>
    /// <exception cref="DeviceFaultException">Outside of an allocation, or read before it was written.</exception>
    public Span<byte> Access(ulong address, int bytes, bool write)
    {
        MemoryRegion region = Require(address, bytes, write ? "write" : "read", out long offset);
        if (write) region.MarkWritten(offset, bytes);
        else if (region.FindUnwritten(offset, bytes) is >= 0 and var missing)
            throw new DeviceFaultException(DeviceFaultKind.UninitializedRead, $"read of uninitialised memory at 0x{region.Address + (ulong)missing:x} (byte {missing} of '{region.Tag}')");
        return new Span<byte>(region.Data + offset, bytes);
    }

    /// <summary>The live allocation that holds the address.</summary>
    public bool TryFind(ulong address, out ulong first, out long bytes, out string tag)
    {
        MemoryRegion? region = Find(address);
        (first, bytes, tag) = region is null ? (0, 0, "") : (region.Address, region.Size, region.Tag);
        return region is not null;
    }

    /// <summary>Tag, address and size of every live allocation.</summary>
    public IEnumerable<(string Tag, ulong Address, long Bytes)> Allocations() => _regions.Where(r => !r.IsFreed).Select(r => (r.Tag, r.Address, r.Size));

    public void Dispose()
    {
        foreach (MemoryRegion region in _regions) region.Dispose();
        _regions.Clear();
        _last = null;
    }

    /// <summary>The live region that holds the address, or null.</summary>
    internal MemoryRegion? Find(ulong address)
    {
        MemoryRegion? last = _last;
        if (last is not null && address - last.Address < (ulong)last.Size && !last.IsFreed) return last;
        MemoryRegion? region = Nearest(address);
        if (region is null || region.IsFreed || address - region.Address >= (ulong)region.Size) return null;
        _last = region;
        return region;
    }

    /// <summary>The last region, freed or not, that begins at or before the address.</summary>
    internal MemoryRegion? Nearest(ulong address)
    {
        int low = 0, high = _regions.Count;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (_regions[middle].Address <= address) low = middle + 1;
            else high = middle;
        }
        return low == 0 ? null : _regions[low - 1];
    }

    /// <summary>What lies at an address, for reports.</summary>
    internal string Describe(ulong address, long bytes)
    {
        MemoryRegion? region = Nearest(address);
        if (region is null || address - region.Address > (ulong)region.Size + (1UL << 32)) return "no allocation is near";
        string name = $"'{region.Tag}' (0x{region.Address:x}, {region.Size} bytes)";
        if (region.IsFreed) return $"in {name}, which was freed";
        long past = (long)(address - region.Address) + bytes - region.Size;
        return past <= 0 ? $"in {name}" : $"ends {past} bytes past the end of {name}";
    }

    private MemoryRegion Require(ulong address, long bytes, string action, out long offset)
    {
        MemoryRegion? region = Find(address);
        offset = region is null ? 0 : (long)(address - region.Address);
        if (region is not null && bytes >= 0 && bytes <= region.Size - offset) return region;
        DeviceFaultKind kind = Nearest(address) is { IsFreed: true } freed && address - freed.Address < (ulong)freed.Size ? DeviceFaultKind.UseAfterFree : DeviceFaultKind.OutOfBounds;
        throw new DeviceFaultException(kind, $"{action} of {bytes} bytes at 0x{address:x}: {Describe(address, bytes)}");
    }
}
