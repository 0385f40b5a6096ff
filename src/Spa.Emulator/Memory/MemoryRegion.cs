using System.Numerics;
using System.Runtime.InteropServices;
using Spa.Emulator.Checks;

namespace Spa.Emulator.Memory;

/// <summary>
/// A piece of device memory that lies together on the host: one allocation, or the shared memory of a block. With checks it has a bit per byte that says whether the byte
/// was ever written, and a shadow per word that says by whom.
/// </summary>
internal sealed unsafe class MemoryRegion : IDisposable
{
    private readonly long _capacity;
    private readonly bool _shadowed;
    private byte* _data;
    private ulong* _written;
    private AccessShadow* _shadows;

    /// <param name="address">Device address of the first byte.</param>
    /// <param name="size">Bytes.</param>
    /// <param name="tag">Name in reports.</param>
    /// <param name="shadowed">Whether writes are tracked.</param>
    public MemoryRegion(ulong address, long size, string tag, bool shadowed)
    {
        Address = address;
        Size = size;
        Tag = tag;
        _shadowed = shadowed;
        _capacity = Math.Max(size + 63 & ~63L, 64);
        _data = (byte*)NativeMemory.AlignedAlloc((nuint)_capacity, 512);
        Poison();
        if (shadowed) _written = (ulong*)NativeMemory.AllocZeroed((nuint)(_capacity / 8 + 8));
        else IsAllWritten = true;
    }

    public ulong Address { get; }

    public long Size { get; set; }

    public string Tag { get; }

    /// <summary>Constants: a write from the device is a fault, and reads need no race check.</summary>
    public bool IsReadOnly { get; set; }

    /// <summary>True where no byte can be uninitialised.</summary>
    public bool IsAllWritten { get; set; }

    public bool IsFreed => _data == null;

    public byte* Data => _data;

    /// <summary>Shadows of all words; made at the first access, since most memory is never touched by a checked launch.</summary>
    public AccessShadow* Shadows
    {
        get
        {
            if (_shadows == null && _shadowed) _shadows = (AccessShadow*)NativeMemory.AllocZeroed((nuint)(_capacity / 4 + 1), (nuint)sizeof(AccessShadow));
            return _shadows;
        }
    }

    /// <summary>Fills with bytes 0xFF: NaN for every float type, -1 for integers.</summary>
    public void Poison() => NativeMemory.Fill(_data, (nuint)_capacity, 0xFF);

    /// <summary>As fresh memory: poison, nothing written.</summary>
    public void Reset(long size)
    {
        Size = size;
        NativeMemory.Fill(_data, (nuint)Math.Min(_capacity, size + 63 & ~63L), 0xFF);
        if (_written != null) NativeMemory.Clear(_written, (nuint)(Math.Min(_capacity, size + 63 & ~63L) / 8));
        IsAllWritten = _written == null;
    }

    /// <summary>Marks bytes as written.</summary>
    public void MarkWritten(long offset, long bytes)
    {
        if (IsAllWritten || bytes <= 0) return;
        if (offset == 0 && bytes >= Size)
        {
            IsAllWritten = true;
            return;
        }
        long first = offset >> 6, last = offset + bytes - 1 >> 6;
        ulong head = ulong.MaxValue << (int)(offset & 63), tail = ulong.MaxValue >> 63 - (int)(offset + bytes - 1 & 63);
        if (first == last)
        {
            _written[first] |= head & tail;
            return;
        }
        _written[first] |= head;
        for (long i = first + 1; i < last; i++) _written[i] = ulong.MaxValue;
        _written[last] |= tail;
    }

    /// <summary>Marks bytes as not written, as a pending asynchronous copy leaves them.</summary>
    public void MarkUnwritten(long offset, long bytes)
    {
        if (_written == null) return;
        if (IsAllWritten)
        {
            NativeMemory.Fill(_written, (nuint)(_capacity / 8), 0xFF);
            IsAllWritten = false;
        }
        for (long i = offset; i < offset + bytes; i++) _written[i >> 6] &= ~(1UL << (int)(i & 63));
    }

    /// <summary>Offset of the first byte that was never written, or -1.</summary>
    public long FindUnwritten(long offset, long bytes)
    {
        if (IsAllWritten) return -1;
        long first = offset >> 6, last = offset + bytes - 1 >> 6;
        for (long i = first; i <= last; i++)
        {
            ulong missing = ~_written[i];
            if (i == first) missing &= ulong.MaxValue << (int)(offset & 63);
            if (i == last) missing &= ulong.MaxValue >> 63 - (int)(offset + bytes - 1 & 63);
            if (missing != 0) return i * 64 + BitOperations.TrailingZeroCount(missing);
        }
        return -1;
    }

    /// <summary>Copies which bytes are written from another region.</summary>
    public void CopyWritten(long offset, MemoryRegion source, long sourceOffset, long bytes)
    {
        if (source.IsAllWritten || source.FindUnwritten(sourceOffset, bytes) < 0)
        {
            MarkWritten(offset, bytes);
            return;
        }
        MarkUnwritten(offset, bytes);
        if (_written == null) return;
        for (long i = 0; i < bytes; i++)
            if ((source._written[sourceOffset + i >> 6] >> (int)(sourceOffset + i & 63) & 1) != 0) _written[offset + i >> 6] |= 1UL << (int)(offset + i & 63);
    }

    public void Dispose()
    {
        NativeMemory.AlignedFree(_data);
        NativeMemory.Free(_written);
        NativeMemory.Free(_shadows);
        _data = null;
        _written = null;
        _shadows = null;
    }
}
