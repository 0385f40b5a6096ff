using Spa.Interop.Driver;

namespace Spa.Emulator.Driver;

/// <summary>
/// The copies of the driver, with its rules for host memory. Pinned memory is read and written when the stream gets there. Pageable memory is read before the
/// call returns (staged), and written before the call returns (the call waits), and no graph can hold it.
/// </summary>
internal static unsafe class MemoryCopies
{
    private const int LargestPiece = 1 << 30;

    public static void HostToDevice(EmulatedStream stream, ulong target, ulong source, nuint bytes, bool wait)
    {
        if (bytes == 0) return;
        CopyEnd input = Host(stream.Context, source, 0, (long)bytes, "source");
        if (wait) stream.Context.ThrowIfCapturing("a copy that waits", onlyUnsafe: true);
        else ThrowIfCaptured(stream, input);
        stream.Context.Memory.ThrowIfOutside(target, (long)bytes, "target");
        foreach ((ulong at, int length) in Pieces((long)bytes))
        {
            byte[]? staged = input.IsPinned || wait ? null : new ReadOnlySpan<byte>((void*)(source + at), length).ToArray();
            stream.Submit(new CopyWork(input with { Address = source + at }, new CopyEnd(target + at, 0, false, false), length, 1, staged));
        }

        if (wait) stream.Synchronize();
    }

    public static void DeviceToHost(EmulatedStream stream, ulong target, ulong source, nuint bytes, bool wait)
    {
        if (bytes == 0) return;
        CopyEnd output = Host(stream.Context, target, 0, (long)bytes, "target");
        if (wait) stream.Context.ThrowIfCapturing("a copy that waits", onlyUnsafe: true);
        else ThrowIfCaptured(stream, output);
        stream.Context.Memory.ThrowIfOutside(source, (long)bytes, "source");
        foreach ((ulong at, int length) in Pieces((long)bytes))
            stream.Submit(new CopyWork(new CopyEnd(source + at, 0, false, false), output with { Address = target + at }, length, 1));
        if (wait || !output.IsPinned) stream.Synchronize();
    }

    public static void DeviceToDevice(EmulatedStream stream, ulong target, ulong source, nuint bytes)
    {
        if (bytes == 0) return;
        stream.Context.Memory.ThrowIfOutside(source, (long)bytes, "source");
        stream.Context.Memory.ThrowIfOutside(target, (long)bytes, "target");
        stream.Submit(new CopyWork(new CopyEnd(source, 0, false, false), new CopyEnd(target, 0, false, false), (long)bytes, 1));
    }

    public static void Fill(EmulatedStream stream, ulong target, uint value, nuint count, int elementBytes)
    {
        if (count == 0) return;
        if (target % (ulong)elementBytes != 0) throw Invalid($"target: expected an address that {elementBytes} divides, found 0x{target:x}");
        if (count > (nuint)(long.MaxValue / elementBytes)) throw Invalid($"count {count} is too large");
        stream.Context.Memory.ThrowIfOutside(target, (long)count * elementBytes, "target");
        stream.Submit(new FillWork(target, value, (long)count, elementBytes));
    }

    /// <summary>A copy of rows with a pitch on both sides.</summary>
    public static void Rows(EmulatedStream stream, in CUDA_MEMCPY2D copy)
    {
        long width = (long)copy.WidthInBytes, height = (long)copy.Height;
        if (width == 0 || height == 0) return;
        if (copy.WidthInBytes > int.MaxValue) throw Invalid($"expected rows of at most {int.MaxValue} bytes, found {copy.WidthInBytes}");
        CopyEnd input = End(stream.Context, copy.srcMemoryType, (ulong)copy.srcHost, copy.srcDevice.Value, copy.srcPitch, copy.srcXInBytes, copy.srcY, width, height, "source");
        CopyEnd output = End(stream.Context, copy.dstMemoryType, (ulong)copy.dstHost, copy.dstDevice.Value, copy.dstPitch, copy.dstXInBytes, copy.dstY, width, height, "target");
        ThrowIfCaptured(stream, input);
        ThrowIfCaptured(stream, output);
        byte[]? staged = null;
        bool isPageable = input.IsHost && !input.IsPinned, isStaged = isPageable && !output.IsHost && width * height <= LargestPiece;
        if (isStaged)
        {
            staged = new byte[width * height];
            for (long row = 0; row < height; row++)
                new ReadOnlySpan<byte>((void*)(input.Address + (ulong)(row * input.Pitch)), (int)width).CopyTo(staged.AsSpan((int)(row * width)));
        }

        stream.Submit(new CopyWork(input, output, width, height, staged));
        if (output.IsHost && !output.IsPinned || isPageable && !isStaged) stream.Synchronize();
    }

    private static CopyEnd End(EmulatedContext context, CUmemorytype type, ulong host, ulong device, nuint pitch, nuint x, nuint y, long width, long height, string role)
    {
        if (height > 1 && pitch < x + (nuint)width) throw Invalid($"{role}: expected a pitch of at least {x + (nuint)width} bytes, found {pitch}");
        ulong start = type == CUmemorytype.CU_MEMORYTYPE_HOST ? host : device;
        ulong address = start + (ulong)(y * pitch + x);
        long bytes = (height - 1) * (long)pitch + width;
        bool isHost = type switch
        {
            CUmemorytype.CU_MEMORYTYPE_HOST => true,
            CUmemorytype.CU_MEMORYTYPE_DEVICE => false,
            CUmemorytype.CU_MEMORYTYPE_UNIFIED => context.Memory.Find(address) is null,
            _ => throw Invalid($"{role}: memory type {(int)type} is not emulated"),
        };
        if (isHost) return Host(context, address, (long)pitch, bytes, role);
        context.Memory.ThrowIfOutside(address, bytes, role);
        return new CopyEnd(address, (long)pitch, false, false);
    }

    private static CopyEnd Host(EmulatedContext context, ulong address, long pitch, long bytes, string role)
    {
        context.Memory.ThrowIfDevice(address, role);
        PinnedRanges pinned = context.Driver.Pinned;
        if (pinned.Find(address) is (ulong start, long size) && !pinned.Contains(address, bytes))
            throw Invalid($"{role}: {bytes} bytes at 0x{address:x} run past the end of {size} bytes of pinned host memory at 0x{start:x}");
        return new CopyEnd(address, pitch, true, pinned.Contains(address, bytes));
    }

    private static void ThrowIfCaptured(EmulatedStream stream, CopyEnd end)
    {
        if (stream.Capture is not { } capture || !end.IsHost || end.IsPinned) return;
        capture.Invalidate();
        throw new DriverErrorException(CUresult.CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED, "a copy of pageable host memory cannot be captured: use pinned memory; the capture is lost");
    }

    private static IEnumerable<(ulong At, int Length)> Pieces(long bytes)
    {
        for (long at = 0; at < bytes; at += LargestPiece) yield return ((ulong)at, (int)Math.Min(LargestPiece, bytes - at));
    }

    private static DriverErrorException Invalid(string message) => new(CUresult.CUDA_ERROR_INVALID_VALUE, message);
}
