using System.Runtime.InteropServices;

namespace Spa.Emulator.Driver;

/// <summary>Host memory that the driver allocated: device copies read and write it at any time until something waits for them.</summary>
internal sealed unsafe class PinnedRanges
{
    private const int Page = 4096;
    private readonly SortedList<ulong, long> _ranges = [];

    public IEnumerable<string> Descriptions => _ranges.Select(range => $"{range.Value} bytes of pinned host memory at 0x{range.Key:x}");

    /// <summary>Memory filled with a pattern, so that reading it before writing shows.</summary>
    public void* Allocate(long bytes)
    {
        void* address = NativeMemory.AlignedAlloc((nuint)bytes, Page);
        NativeMemory.Fill(address, (nuint)bytes, 0xCD);
        _ranges.Add((ulong)address, bytes);
        return address;
    }

    /// <summary>False where no allocation begins there.</summary>
    public bool Free(void* address)
    {
        if (!_ranges.Remove((ulong)address)) return false;
        NativeMemory.AlignedFree(address);
        return true;
    }

    public void FreeAll()
    {
        foreach (ulong address in _ranges.Keys) NativeMemory.AlignedFree((void*)address);
        _ranges.Clear();
    }

    /// <summary>Whether all bytes of a range lie in one allocation.</summary>
    public bool Contains(ulong address, long bytes) => AddressRanges.Find(_ranges, address) is (ulong start, long size) && address + (ulong)bytes <= start + (ulong)size;

    /// <summary>The allocation that holds an address.</summary>
    public (ulong Start, long Bytes)? Find(ulong address) => AddressRanges.Find(_ranges, address);
}
