using System.Runtime.InteropServices;
using Spa.Emulator.Checks;

namespace Spa.Emulator.Memory;

/// <summary>
/// Global memory. Addresses are never used twice, with gaps between allocations, so that an access behind one or after its release is seen for
/// what it is. Fresh memory is poisoned and counts as unwritten.
/// </summary>
public sealed unsafe class DeviceMemory : IDisposable
{
    // Far from zero, from host addresses and from the windows of the other spaces.
    private const ulong First = 0x7000_0000_0000;
    private const int Alignment = 256;
    private const int Gap = 4096;

    private readonly List<Allocation> _live = [];
    private readonly List<(ulong Start, long Bytes, string Tag)> _freed = [];
    private ulong _next = First;

    /// <summary>Bytes of all allocations.</summary>
    public long BytesInUse { get; private set; }

    /// <summary>An aligned range of <paramref name="bytes"/> bytes; <paramref name="tag"/> names it in messages.</summary>
    public ulong Allocate(long bytes, string tag) => Add(bytes, tag, isReadOnly: false).Start;

    /// <exception cref="DeviceFaultException">Nothing begins at that address.</exception>
    public void Free(ulong address)
    {
        int at = IndexOf(address);
        if (at < 0 || _live[at].Start != address) throw new DeviceFaultException(DeviceFaultKind.OutOfBounds, $"free of 0x{address:x}: no allocation begins there{Describe(address)}");
        Allocation allocation = _live[at];
        _live.RemoveAt(at);
        _freed.Add((allocation.Start, allocation.Bytes, allocation.Tag));
        BytesInUse -= allocation.Bytes;
        allocation.Release();
    }

    public void Write(ulong address, ReadOnlySpan<byte> source)
    {
        if (source.Length == 0) return;
        Allocation allocation = Require(address, source.Length, "host write");
        long at = (long)(address - allocation.Start);
        source.CopyTo(new Span<byte>(allocation.Data + at, source.Length));
        new Span<byte>(allocation.State + at, source.Length).Fill(ByteState.Written);
    }

    /// <summary>Reading bytes that were never written is allowed here: a copy of a whole buffer may include its padding.</summary>
    public void Read(ulong address, Span<byte> target)
    {
        if (target.Length == 0) return;
        Allocation allocation = Require(address, target.Length, "host read");
        new ReadOnlySpan<byte>(allocation.Data + (long)(address - allocation.Start), target.Length).CopyTo(target);
    }

    /// <summary>Copies bytes together with what is known of them. The ranges may overlap.</summary>
    public void Copy(ulong target, ulong source, long bytes)
    {
        if (bytes == 0) return;
        Allocation from = Require(source, bytes, "copy from"), to = Require(target, bytes, "copy to");
        long fromAt = (long)(source - from.Start), toAt = (long)(target - to.Start);
        Buffer.MemoryCopy(from.Data + fromAt, to.Data + toAt, bytes, bytes);
        Buffer.MemoryCopy(from.State + fromAt, to.State + toAt, bytes, bytes);
    }

    /// <summary>Bytes of device memory as the host sees them; reading ones that were never written is a fault, writing marks them as written.</summary>
    /// <exception cref="DeviceFaultException">The range is not in one allocation, or holds unwritten bytes.</exception>
    public Span<byte> Access(ulong address, long bytes, bool write)
    {
        Allocation allocation = Require(address, bytes, write ? "write" : "read");
        long at = (long)(address - allocation.Start);
        var state = new Span<byte>(allocation.State + at, checked((int)bytes));
        if (write) state.Fill(ByteState.Written);
        else if (state.IndexOfAnyExcept(ByteState.Written) is var first && first >= 0) throw new DeviceFaultException(DeviceFaultKind.Uninitialised, $"uninitialised: read of byte {at + first} of '{allocation.Tag}', which was never written");
        return new Span<byte>(allocation.Data + at, (int)bytes);
    }

    /// <summary>Repeats a value of 1, 2 or 4 bytes.</summary>
    public void Fill(ulong address, uint value, int valueBytes, long count)
    {
        if (count == 0) return;
        Allocation allocation = Require(address, count * valueBytes, "fill");
        byte* data = allocation.Data + (long)(address - allocation.Start);
        for (long i = 0; i < count; i++)
        {
            if (valueBytes == 1) data[i] = (byte)value;
            else if (valueBytes == 2) ((ushort*)data)[i] = (ushort)value;
            else ((uint*)data)[i] = value;
        }
        NativeMemory.Fill(allocation.State + (long)(address - allocation.Start), (nuint)(count * valueBytes), ByteState.Written);
    }

    /// <summary>Start and length of the allocation that holds an address.</summary>
    public bool TryFind(ulong address, out ulong start, out long bytes)
    {
        Allocation? allocation = Find(address);
        (start, bytes) = allocation is null ? (0, 0) : (allocation.Start, allocation.Bytes);
        return allocation is not null;
    }

    public void Dispose()
    {
        foreach (Allocation allocation in _live) allocation.Release();
        _live.Clear();
    }

    internal Allocation Add(long bytes, string tag, bool isReadOnly)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bytes, 1);
        Allocation allocation = new(_next, bytes, tag, isReadOnly);
        _next += (ulong)((bytes + Gap + Alignment - 1) / Alignment * Alignment);
        _live.Add(allocation);
        BytesInUse += bytes;
        return allocation;
    }

    internal Allocation? Find(ulong address)
    {
        int at = IndexOf(address);
        return at >= 0 && address < _live[at].End ? _live[at] : null;
    }

    internal bool IsFreed(ulong address) => _freed.Exists(f => address >= f.Start && address < f.Start + (ulong)f.Bytes);

    /// <summary>What lies at or near an address, for a message; begins with a colon.</summary>
    internal string Describe(ulong address)
    {
        foreach ((ulong start, long bytes, string tag) in _freed)
            if (address >= start && address < start + (ulong)bytes) return $": byte {address - start} of '{tag}' ({bytes} bytes), which has been freed";
        int at = IndexOf(address);
        if (at >= 0)
        {
            Allocation below = _live[at];
            if (address < below.End) return $": byte {address - below.Start} of '{below.Tag}' ({below.Bytes} bytes)";
            if (address < below.End + Gap) return $": {address - below.End} bytes behind the end of '{below.Tag}' ({below.Bytes} bytes)";
        }
        if (at + 1 < _live.Count && _live[at + 1].Start - address <= Gap) return $": {_live[at + 1].Start - address} bytes before '{_live[at + 1].Tag}' ({_live[at + 1].Bytes} bytes)";
        return address < Gap ? ": a null pointer" : ": no allocation is near";
    }

    private Allocation Require(ulong address, long bytes, string what)
    {
        Allocation? allocation = Find(address);
        if (allocation is null || address + (ulong)bytes > allocation.End) throw Outside(IsFreed(address) ? DeviceFaultKind.UseAfterFree : DeviceFaultKind.OutOfBounds, $"{what} of {bytes} bytes at 0x{address:x}{Describe(allocation is null ? address : allocation.End)}");
        return allocation;
    }

    private static DeviceFaultException Outside(DeviceFaultKind kind, string message) => new(kind, DeviceFaultKinds.Words(kind) + message);

    /// <summary>Index of the last allocation that begins at or before an address, or -1.</summary>
    private int IndexOf(ulong address)
    {
        int low = 0, high = _live.Count - 1;
        while (low <= high)
        {
            int middle = (low + high) / 2;
            if (_live[middle].Start <= address) low = middle + 1;
            else high = middle - 1;
        }
        return high;
    }
}
