using System.Numerics;
using System.Runtime.CompilerServices;
using Spa.Emulator.Checks;
using Spa.Emulator.Counters;
using Spa.Emulator.Memory;

namespace Spa.Emulator.Warp;

/// <summary>Addresses, and the checks of an access.</summary>
internal sealed unsafe partial class WarpState
{
    private Allocation? _last;

    /// <summary>Address of a lane: register plus offset.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong Address(Instruction i, int lane) => (i.A < 0 ? 0 : i.WideAddress ? Wide(i.A)[lane] : Lanes(i.A)[lane]) + (ulong)i.Offset;

    /// <summary>Where <paramref name="bytes"/> bytes lie in host memory, after all checks. Null for the read-only parameters' space is not returned: those are copied.</summary>
    /// <param name="i">The instruction.</param>
    /// <param name="lane">The lane.</param>
    /// <param name="address">In the space's own or in generic addresses.</param>
    /// <param name="bytes">Bytes of the access.</param>
    /// <param name="write">Whether it writes.</param>
    /// <param name="atomic">Atomics need no order among each other.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public byte* Resolve(Instruction i, int lane, ulong address, int bytes, bool write, bool atomic = false)
    {
        MemorySpace space = i.Space;
        if (space == MemorySpace.Generic)
        {
            space = Windows.SpaceOf(address);
            if (space != MemorySpace.Global) address -= Windows.Start(space);
        }
        if ((address & (ulong)(bytes - 1)) != 0) throw Block.Fault(this, 1u << lane, DeviceFaultKind.Misaligned, $"{(write ? "write" : "read")} of {bytes} bytes at 0x{address:x}, which is not a multiple of {bytes}");
        return space switch
        {
            MemorySpace.Shared => Checked(Block.Shared, lane, address, bytes, write, atomic, isShared: true),
            MemorySpace.Local => Local(lane, address, bytes),
            MemorySpace.Param => Parameter(lane, address, bytes, write),
            _ => Checked(Global(lane, address, bytes, write), lane, address, bytes, write, atomic, isShared: false),
        };
    }

    private Allocation Global(int lane, ulong address, int bytes, bool write)
    {
        Allocation? allocation = _last;
        if (allocation is null || address < allocation.Start || address >= allocation.End || allocation.Data == null) _last = allocation = Block.Launch.Memory.Find(address);
        if (allocation is null) throw Block.Fault(this, 1u << lane, Block.Launch.Memory.IsFreed(address) ? DeviceFaultKind.UseAfterFree : DeviceFaultKind.OutOfBounds, $"{(write ? "write" : "read")} of {bytes} bytes at 0x{address:x}{Block.Launch.Memory.Describe(address)}");
        if (write && allocation.IsReadOnly) throw Block.Fault(this, 1u << lane, DeviceFaultKind.WriteToConstant, $"write of {bytes} bytes to constant data '{allocation.Tag}'");
        return allocation;
    }

    private byte* Local(int lane, ulong address, int bytes)
    {
        if (address + (ulong)bytes > (ulong)Block.Program.LocalBytes) throw Block.Fault(this, 1u << lane, DeviceFaultKind.OutOfBounds, $"access to {bytes} bytes at {address} of {Block.Program.LocalBytes} bytes of local memory");
        if (Counts is not null) Counts.LocalBytes += bytes;
        return Block.LocalOf(this, lane) + address;
    }

    private byte* Parameter(int lane, ulong address, int bytes, bool write)
    {
        byte[] parameters = Block.Launch.Parameters;
        if (write) throw Block.Fault(this, 1u << lane, DeviceFaultKind.WriteToConstant, "write to the kernel's parameters");
        if (address + (ulong)bytes > (ulong)parameters.Length) throw Block.Fault(this, 1u << lane, DeviceFaultKind.OutOfBounds, $"read of {bytes} bytes at {address} of {parameters.Length} bytes of parameters");
        // Pinned for the launch.
        return (byte*)Unsafe.AsPointer(ref parameters[address]);
    }

    private byte* Checked(Allocation allocation, int lane, ulong address, int bytes, bool write, bool atomic, bool isShared)
    {
        long at = (long)(address - allocation.Start);
        if (at + bytes > allocation.Bytes)
        {
            string where = isShared ? $": {at + bytes - allocation.Bytes} bytes behind the block's {Block.SharedBytes} bytes of shared memory" : Block.Launch.Memory.Describe(allocation.End);
            throw Block.Fault(this, 1u << lane, DeviceFaultKind.OutOfBounds, $"{(write ? "write" : "read")} of {bytes} bytes at 0x{address:x}{where}");
        }
        byte* state = allocation.State + at;
        if (Block.Launch.Options.Check)
        {
            if (!write || atomic) CheckWritten(allocation, state, lane, address, bytes, isShared);
            if (!atomic) CheckRace(allocation, at, lane, bytes, write, isShared);
        }
        if (write)
        {
            for (int b = 0; b < bytes; b++) state[b] = ByteState.Written;
        }
        return allocation.Data + at;
    }

    private void CheckWritten(Allocation allocation, byte* state, int lane, ulong address, int bytes, bool isShared)
    {
        bool good = bytes switch
        {
            1 => *state == ByteState.Written,
            2 => *(ushort*)state == 0x0101,
            4 => *(uint*)state == 0x01010101u,
            8 => *(ulong*)state == ByteState.EightWritten,
            _ => *(ulong*)state == ByteState.EightWritten && ((ulong*)state)[1] == ByteState.EightWritten,
        };
        if (good) return;
        int first = 0;
        while (state[first] == ByteState.Written) first++;
        string where = isShared ? $"byte {address + (ulong)first} of shared memory" : $"byte {address - allocation.Start + (ulong)first} of '{allocation.Tag}'";
        throw Block.Fault(this, 1u << lane, state[first] == ByteState.InFlight ? DeviceFaultKind.InFlight : DeviceFaultKind.Uninitialised, state[first] == ByteState.InFlight ? $"read of {where}, which a cp.async writes that has not been waited for" : $"read of {where}, which was never written");
    }

    private void CheckRace(Allocation allocation, long at, int lane, int bytes, bool write, bool isShared)
    {
        allocation.TrackRaces();
        uint now = Block.Launch.Time;
        for (long word = at >> 2; word <= (at + bytes - 1) >> 2; word++)
        {
            Touch* touch = allocation.Touches + word;
            long from = Math.Max(at, word << 2), to = Math.Min(at + bytes, (word + 1) << 2);
            byte mask = (byte)(((1 << (int)(to - from)) - 1) << (int)(from & 3));
            if ((touch->WriteMask & mask) != 0 && Conflicts(touch->WriteBlock, touch->WriteWarp, touch->WriteTime, isShared)) throw Race(allocation, lane, word, write ? "write" : "read", "write", touch->WriteBlock, touch->WriteWarp, isShared);
            if (write)
            {
                if ((touch->ReadMask & mask) != 0 && Conflicts(touch->ReadBlock, touch->ReadWarp, touch->ReadTime, isShared)) throw Race(allocation, lane, word, "write", "read", touch->ReadBlock, touch->ReadWarp, isShared);
                bool same = touch->WriteTime == now && touch->WriteBlock == Block.Index && touch->WriteWarp == Index;
                touch->WriteMask = (byte)(same ? touch->WriteMask | mask : mask);
                (touch->WriteTime, touch->WriteBlock, touch->WriteWarp) = (now, Block.Index, (ushort)Index);
            }
            else
            {
                bool current = touch->ReadTime >= Block.StartTime && touch->ReadBlock == Block.Index;
                // Of warps that read different bytes of a word the last one is known, the others are forgotten.
                bool overlaps = (touch->ReadMask & mask) != 0;
                bool other = current && overlaps && touch->ReadWarp != Index && !Block.IsOrdered(touch->ReadWarp == Touch.Many ? Index : touch->ReadWarp, Index, touch->ReadTime);
                touch->ReadMask = (byte)(current && (overlaps || touch->ReadWarp == Index) ? touch->ReadMask | mask : mask);
                touch->ReadWarp = other || (current && overlaps && touch->ReadWarp == Touch.Many && !Block.IsOrderedAfterAll(Index, touch->ReadTime)) ? Touch.Many : (ushort)Index;
                (touch->ReadTime, touch->ReadBlock) = (now, Block.Index);
            }
        }
    }

    private bool Conflicts(int block, ushort warp, uint time, bool isShared)
    {
        if (isShared ? time < Block.StartTime : time < Block.Launch.StartTime) return false;
        if (!isShared && block != Block.Index)
        {
            // Ordered where the other block ran a fence behind its access, and this one after that.
            uint released = Block.Launch.Fences[block];
            return !(released > time && Block.Launch.Fences[Block.Index] > released);
        }
        return warp == Touch.Many ? !Block.IsOrderedAfterAll(Index, time) : warp != Index && !Block.IsOrdered(warp, Index, time);
    }

    private DeviceFaultException Race(Allocation allocation, int lane, long word, string mine, string other, int block, ushort warp, bool isShared)
    {
        string where = isShared ? $"bytes {4 * word} to {4 * word + 3} of shared memory" : $"bytes {4 * word} to {4 * word + 3} of '{allocation.Tag}'";
        string who = !isShared && block != Block.Index ? $"block {block}" : warp == Touch.Many ? "several warps" : $"warp {warp}";
        return Block.Fault(this, 1u << lane, isShared ? DeviceFaultKind.SharedRace : DeviceFaultKind.GlobalRace, $"race: {mine} of {where} without an order to the {other} by {who}");
    }

    /// <summary>A fence or an atomic: what this block did before is behind it for those that come after.</summary>
    public void Order() => Block.Launch.Fences[Block.Index] = Block.Launch.Tick();

    /// <summary>Counts a request to memory.</summary>
    public void CountRequest(Instruction i, int bytes, bool write)
    {
        LaunchCounts counts = Counts!;
        Span<ulong> addresses = stackalloc ulong[32];
        int lanes = 0;
        MemorySpace space = i.Space;
        for (uint left = Exec; left != 0; left &= left - 1)
        {
            ulong address = Address(i, BitOperations.TrailingZeroCount(left));
            if (space == MemorySpace.Generic) space = Windows.SpaceOf(address);
            addresses[lanes++] = address;
        }
        addresses = addresses[..lanes];
        if (space == MemorySpace.Global) MemoryCounts.Global(counts, addresses, bytes, write);
        else if (space == MemorySpace.Shared) MemoryCounts.Shared(counts, addresses, bytes);
    }
}
