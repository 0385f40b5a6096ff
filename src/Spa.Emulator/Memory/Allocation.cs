using System.Runtime.InteropServices;

namespace Spa.Emulator.Memory;

/// <summary>A stretch of device memory with its shadow.</summary>
internal sealed unsafe class Allocation
{
    public Allocation(ulong start, long bytes, string tag, bool isReadOnly = false)
    {
        (Start, Bytes, Tag, IsReadOnly) = (start, bytes, tag, isReadOnly);
        Data = (byte*)NativeMemory.AlignedAlloc((nuint)bytes + 64, 64);
        State = (byte*)NativeMemory.AllocZeroed((nuint)bytes + 64);
        // All ones are NaN in every floating-point format.
        NativeMemory.Fill(Data, (nuint)bytes, 0xFF);
    }

    public ulong Start { get; }

    public long Bytes { get; }

    public ulong End => Start + (ulong)Bytes;

    public string Tag { get; }

    public bool IsReadOnly { get; }

    public byte* Data { get; private set; }

    /// <summary>A <see cref="ByteState"/> per byte.</summary>
    public byte* State { get; private set; }

    /// <summary>A record per word, made at the first checked access.</summary>
    public Touch* Touches { get; private set; }

    public void TrackRaces()
    {
        if (Touches == null) Touches = (Touch*)NativeMemory.AllocZeroed((nuint)(Bytes / 4 + 2), (nuint)sizeof(Touch));
    }

    public void Release()
    {
        NativeMemory.AlignedFree(Data);
        NativeMemory.Free(State);
        NativeMemory.Free(Touches);
        Data = State = null;
        Touches = null;
    }
}
