using Spa.Interop.Driver;

namespace Spa.Emulator.Driver;

/// <summary>Device memory of a context as the driver sees it: what was allocated, and the checks of ranges that calls name.</summary>
internal sealed class ContextMemory(EmulatedContext context)
{
    private const long Granularity = 256;
    private readonly SortedList<ulong, long> _allocations = [];
    private readonly SortedList<ulong, long> _variables = [];
    private readonly HashSet<ulong> _freeing = [];
    private long _used;

    public long Total => context.Driver.Options.MemoryBytes;

    public long Free => Total - _used;

    public IEnumerable<string> Descriptions => _allocations.Select(range => $"{range.Value} bytes of device memory at 0x{range.Key:x}");

    public ulong Allocate(nuint bytes, string call)
    {
        if (bytes == 0) throw new DriverErrorException(CUresult.CUDA_ERROR_INVALID_VALUE, "expected a size above 0, found 0");
        if (bytes > (nuint)Free || Rounded((long)bytes) > Free)
            throw new DriverErrorException(CUresult.CUDA_ERROR_OUT_OF_MEMORY, $"asked for {bytes} bytes, {Free} of {Total} are free");
        ulong address = context.Core.Memory.Allocate((long)bytes, call);
        _allocations.Add(address, (long)bytes);
        _used += Rounded((long)bytes);
        return address;
    }

    /// <summary>Frees at once. The caller has waited for work that may use it.</summary>
    public void Release(ulong address)
    {
        ThrowIfNotAllocated(address);
        Remove(address);
    }

    /// <summary>Marks memory as freed in stream order; <see cref="ReleaseLate"/> follows when the stream gets there.</summary>
    public void ReleaseSoon(ulong address)
    {
        ThrowIfNotAllocated(address);
        _freeing.Add(address);
    }

    public void ReleaseLate(ulong address)
    {
        _freeing.Remove(address);
        Remove(address);
    }

    /// <summary>Makes a variable of a module known, which copies may name as they name allocations.</summary>
    public void AddVariable(ulong address, long bytes) => _variables[address] = bytes;

    public void RemoveVariable(ulong address) => _variables.Remove(address);

    /// <summary>The allocation or variable that holds an address, or null.</summary>
    public (ulong Start, long Bytes)? Find(ulong address) => AddressRanges.Find(_allocations, address) ?? AddressRanges.Find(_variables, address);

    /// <summary>Refuses a range that does not lie in one allocation.</summary>
    public void ThrowIfOutside(ulong address, long bytes, string role)
    {
        if (Find(address) is not (ulong start, long size))
            throw new DriverErrorException(CUresult.CUDA_ERROR_INVALID_VALUE, $"{role}: 0x{address:x} is not in device memory of this context");
        if (address - start + (ulong)bytes > (ulong)size)
            throw new DriverErrorException(CUresult.CUDA_ERROR_INVALID_VALUE, $"{role}: {bytes} bytes at 0x{address:x} run past the end of an allocation of {size} bytes at 0x{start:x}");
    }

    /// <summary>Refuses a host address that is device memory: the program would touch it where it cannot.</summary>
    public void ThrowIfDevice(ulong address, string role)
    {
        if (address == 0) throw new DriverErrorException(CUresult.CUDA_ERROR_INVALID_VALUE, $"{role}: expected host memory, found a null pointer");
        if (Find(address) is not null) throw new DriverErrorException(CUresult.CUDA_ERROR_INVALID_VALUE, $"{role}: expected host memory, found device memory at 0x{address:x}");
    }

    private void ThrowIfNotAllocated(ulong address)
    {
        if (_freeing.Contains(address)) throw new DriverErrorException(CUresult.CUDA_ERROR_INVALID_VALUE, $"the memory at 0x{address:x} is freed a second time");
        if (!_allocations.ContainsKey(address)) throw new DriverErrorException(CUresult.CUDA_ERROR_INVALID_VALUE, $"no allocation begins at 0x{address:x}");
    }

    private void Remove(ulong address)
    {
        _used -= Rounded(_allocations[address]);
        _allocations.Remove(address);
        context.Core.Memory.Free(address);
    }

    private static long Rounded(long bytes) => (bytes + Granularity - 1) / Granularity * Granularity;
}
