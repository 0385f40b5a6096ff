using System.Numerics;
using System.Runtime.InteropServices;
using Spa.Emulator.Memory;

namespace Spa.Emulator.Warp;

/// <summary>cp.async: bytes are fetched and arrive at the wait, as late as a device may do it.</summary>
internal sealed unsafe partial class WarpState
{
    private readonly List<AsyncCopy> _copies = [];
    private readonly Stack<AsyncCopy> _spare = [];
    private readonly uint[] _committed = new uint[Lanes.Count];

    /// <summary>Copies that have not arrived.</summary>
    public IReadOnlyList<AsyncCopy> PendingCopies => _copies;

    /// <summary>Issues a copy of <see cref="Instruction.Bytes"/> bytes a lane; what a source size leaves over becomes zeros.</summary>
    public static void CopyAsync(WarpState w, Instruction* i, uint mask)
    {
        AsyncCopy copy = w._spare.TryPop(out AsyncCopy? spare) ? spare : new AsyncCopy();
        copy.Mask = mask;
        copy.Bytes = i->Bytes;
        copy.Pc = w._pc;
        Instruction end = *i;
        byte** pointers = w._launch.Scratch.Pointers;
        uint* sizes = (uint*)(w.Registers + i->C);
        bool hasSize = (i->Target & 1) != 0, ignores = (i->Target & 2) != 0;
        uint whole = 0, partial = 0;
        for (uint rest = mask; rest != 0; rest &= rest - 1)
        {
            int lane = BitOperations.TrailingZeroCount(rest);
            int bytes = i->Bytes;
            if (hasSize) bytes = ignores ? ((sizes[0] ^ (uint)i->Count) >> lane & 1) != 0 ? 0 : bytes : (int)Math.Min(sizes[lane], (uint)bytes);
            copy.SourceBytes[lane] = bytes;
            copy.Groups[lane] = AsyncCopy.Open;
            if (bytes == i->Bytes) whole |= 1u << lane;
            else if (bytes > 0) partial |= 1u << lane;
        }
        end.A = i->B;
        end.Immediate = i->D2;
        end.Space = MemorySpace.Global;
        end.Access = AccessFlags.None;
        if (whole != 0)
        {
            w.Resolve(&end, whole);
            for (uint rest = whole; rest != 0; rest &= rest - 1)
            {
                int lane = BitOperations.TrailingZeroCount(rest);
                copy.Sources[lane] = (nint)pointers[lane];
            }
        }
        // A short copy is checked byte by byte: only these are read.
        for (uint rest = partial; rest != 0; rest &= rest - 1)
        {
            int lane = BitOperations.TrailingZeroCount(rest);
            end.Bytes = 1;
            for (int b = copy.SourceBytes[lane] - 1; b >= 0; b--)
            {
                end.Immediate = i->D2 + b;
                w.Resolve(&end, 1u << lane);
            }
            copy.Sources[lane] = (nint)pointers[lane];
        }
        Instruction start = *i;
        start.Space = MemorySpace.Shared;
        start.Access = i->Access & AccessFlags.NarrowBase | AccessFlags.Write;
        w.Resolve(&start, mask);
        MemoryRegion shared = w.Block.Shared;
        for (uint rest = mask; rest != 0; rest &= rest - 1)
        {
            int lane = BitOperations.TrailingZeroCount(rest);
            copy.SharedOffsets[lane] = pointers[lane] - shared.Data;
            shared.MarkUnwritten(copy.SharedOffsets[lane], i->Bytes);
        }
        w._copies.Add(copy);
    }

    /// <summary>Closes the group of copies that the active lanes have issued since their last commit.</summary>
    public static void Commit(WarpState w, Instruction* i, uint mask)
    {
        foreach (AsyncCopy copy in w._copies)
        {
            for (uint rest = copy.Mask & mask; rest != 0; rest &= rest - 1)
            {
                int lane = BitOperations.TrailingZeroCount(rest);
                if (copy.Groups[lane] == AsyncCopy.Open) copy.Groups[lane] = w._committed[lane];
            }
        }
        for (uint rest = mask; rest != 0; rest &= rest - 1) w._committed[BitOperations.TrailingZeroCount(rest)]++;
    }

    /// <summary>Lets all but the last <see cref="Instruction.Count"/> groups of the active lanes arrive; -1 for every copy, committed or not.</summary>
    public static void Wait(WarpState w, Instruction* i, uint mask)
    {
        MemoryRegion shared = w.Block.Shared;
        int kept = 0;
        for (int n = 0; n < w._copies.Count; n++)
        {
            AsyncCopy copy = w._copies[n];
            uint arriving = 0;
            for (uint rest = copy.Mask & mask; rest != 0; rest &= rest - 1)
            {
                int lane = BitOperations.TrailingZeroCount(rest);
                if (i->Count < 0 || copy.Groups[lane] != AsyncCopy.Open && copy.Groups[lane] + (uint)i->Count < w._committed[lane]) arriving |= 1u << lane;
            }
            if (arriving != 0) w.Arrive(copy, arriving, shared);
            if (copy.Mask != 0) w._copies[kept++] = copy;
            else w._spare.Push(copy);
        }
        w._copies.RemoveRange(kept, w._copies.Count - kept);
    }

    private void Arrive(AsyncCopy copy, uint lanes, MemoryRegion shared)
    {
        ulong* addresses = _launch.Scratch.Addresses;
        for (uint rest = lanes; rest != 0; rest &= rest - 1)
        {
            int lane = BitOperations.TrailingZeroCount(rest);
            byte* target = shared.Data + copy.SharedOffsets[lane];
            int bytes = copy.SourceBytes[lane];
            if (bytes == 16) *(System.Runtime.Intrinsics.Vector128<byte>*)target = *(System.Runtime.Intrinsics.Vector128<byte>*)copy.Sources[lane];
            else if (bytes > 0) NativeMemory.Copy((void*)copy.Sources[lane], target, (nuint)bytes);
            if (bytes < copy.Bytes) NativeMemory.Clear(target + bytes, (nuint)(copy.Bytes - bytes));
            shared.MarkWritten(copy.SharedOffsets[lane], copy.Bytes);
            addresses[lane] = (ulong)copy.SharedOffsets[lane];
        }
        copy.Mask &= ~lanes;
        if (!_launch.Options.Check) return;
        // The bytes are written now: whoever reads them needs a barrier after this wait.
        Instruction write = _program.Code[copy.Pc];
        write.Access = AccessFlags.Write;
        write.List = null;
        CheckRaces(shared, addresses, &write, lanes, isShared: true);
    }
}
