using System.Numerics;
using System.Runtime.CompilerServices;
using Spa.Emulator.Checks;
using Spa.Emulator.Memory;

namespace Spa.Emulator.Warp;

/// <summary>
/// Races, by happens-before. Within a block every warp has a clock that grows at barriers, and knows up to which clock of each other warp it is ordered (vector clocks); lanes of a
/// warp are ordered by barriers and <c>bar.warp.sync</c>. Between blocks only a fence followed by an atomic or strong store on one side, and a strong access to the same
/// address on the other, make an order.
/// </summary>
internal sealed unsafe partial class WarpState
{
    // Accesses of blocks with a smaller serial are over: earlier launches, and for shared memory every other block.
    private uint _oldest;

    // Shuffles, votes and the like of all lanes since the clock's last step.
    private byte _exchanges;

    private void CheckRaces(MemoryRegion region, ulong* addresses, Instruction* i, uint mask, bool isShared)
    {
        if (Clock >= AccessShadow.MaxClock) return;
        AccessShadow* shadows = region.Shadows;
        if (shadows == null) return;
        bool write = (i->Access & AccessFlags.Write) != 0, strong = (i->Access & AccessFlags.Strong) != 0;
        int bytes = i->Bytes;
        _oldest = isShared ? Block.Serial : _launch.FirstSerial;
        for (uint rest = mask; rest != 0; rest &= rest - 1)
        {
            int lane = BitOperations.TrailingZeroCount(rest);
            long offset = (long)(addresses[lane] - region.Address);
            AccessShadow* shadow = shadows + (offset >> 2);
            uint me = Clock << AccessShadow.ThreadBits | (uint)(Index * Lanes.Count + lane);
            if (bytes < 4)
            {
                byte part = (byte)((1 << bytes) - 1 << (int)(offset & 3));
                if (write) NoteWrite(shadow, part, me, strong, region, i, lane, addresses, mask, isShared);
                else NoteRead(shadow, part, me, strong, region, i, lane, addresses, isShared);
                continue;
            }
            AccessShadow* end = shadow + (bytes >> 2);
            bool alike = bytes > 4 && AreAlike(shadow, bytes >> 2);
            for (; shadow < end; shadow++)
            {
                if (write) NoteWrite(shadow, 15, me, strong, region, i, lane, addresses, mask, isShared);
                else NoteRead(shadow, 15, me, strong, region, i, lane, addresses, isShared);
                if (!alike) continue;
                for (AccessShadow* next = shadow + 1; next < end; next++) *next = *shadow;
                break;
            }
        }
        if (strong && !isShared) Synchronize(addresses, i, mask, write);
    }

    /// <summary>Whether all words have the same past, as those of a vector mostly have: then one access gives them the same future.</summary>
    private static bool AreAlike(AccessShadow* shadow, int words)
    {
        int bytes = (words - 1) * sizeof(AccessShadow);
        return new ReadOnlySpan<byte>(shadow, bytes).SequenceEqual(new ReadOnlySpan<byte>(shadow + 1, bytes));
    }

    /// <summary>Whether a recorded access lies before what a thread of this warp does now.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool IsOrdered(uint serial, uint recorded, uint me)
    {
        if (serial < _oldest) return true;
        if (serial == Block.Serial)
        {
            uint thread = recorded & AccessShadow.ThreadMask;
            return recorded >> AccessShadow.ThreadBits <= Seen[thread >> 5] || thread == (me & AccessShadow.ThreadMask);
        }
        return Block.Acquired is { } acquired && acquired.Contains(serial);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void NoteRead(AccessShadow* s, byte part, uint me, bool strong, MemoryRegion region, Instruction* i, int lane, ulong* addresses, bool isShared)
    {
        if ((s->Bytes & part) != 0 && !(strong && (s->Flags & AccessShadow.StrongWrite) != 0) && !IsOrdered(s->WriterSerial, s->Writer, me))
            throw Race(region, s, i, lane, addresses, isShared, "written", s->WriterSerial, s->Writer);
        // The last reader is known. Of others that read the same bytes, unordered with it, it is known that they are: flags, and which bytes.
        uint reader = s->Reader;
        byte others = 0;
        if (s->ReaderSerial >= _oldest && (s->Bytes >> 4 & part) != 0)
        {
            if (s->ReaderSerial != Block.Serial)
            {
                if (!IsOrdered(s->ReaderSerial, reader, me)) others = AccessShadow.OtherBlocks;
            }
            else if ((reader >> 5 & 31) != (uint)Index)
            {
                if (reader >> AccessShadow.ThreadBits > Seen[reader >> 5 & 31]) others = AccessShadow.OtherWarps;
            }
            else if (reader >> AccessShadow.ThreadBits == Clock)
            {
                others = reader != me ? AccessShadow.OtherLanes : (byte)(s->Flags & AccessShadow.Others);
            }
        }
        if (others == 0)
        {
            s->Flags &= AccessShadow.StrongWrite;
            s->OtherBytes = 0;
        }
        else if (reader != me)
        {
            s->Flags |= others;
            s->OtherBytes |= (byte)(s->Bytes >> 4 & part);
        }
        if ((others & (AccessShadow.OtherBlocks | AccessShadow.OtherWarps)) == 0)
        {
            bool same = s->ReaderSerial == Block.Serial && reader == me;
            s->ReaderSerial = Block.Serial;
            s->Reader = me;
            s->ReaderExchanges = _exchanges;
            s->Bytes = (byte)(s->Bytes & 15 | (same ? s->Bytes & 0xF0 | part << 4 : part << 4));
        }
        if (strong) s->Flags |= AccessShadow.StrongRead;
        else s->Flags &= unchecked((byte)~AccessShadow.StrongRead);
    }

    private void NoteWrite(AccessShadow* s, byte part, uint me, bool strong, MemoryRegion region, Instruction* i, int lane, ulong* addresses, uint mask, bool isShared)
    {
        if ((s->Bytes & part) != 0 && !(strong && (s->Flags & AccessShadow.StrongWrite) != 0) && !IsOrdered(s->WriterSerial, s->Writer, me)
            && !IsSameValue(s->WriterSerial, s->Writer, me, i, addresses, mask))
            throw Race(region, s, i, lane, addresses, isShared, "written", s->WriterSerial, s->Writer);
        if ((s->Bytes >> 4 & part) != 0 && s->ReaderSerial >= _oldest && !(strong && (s->Flags & AccessShadow.StrongRead) != 0))
        {
            bool mine = s->ReaderSerial == Block.Serial && (s->Reader >> 5 & 31) == (uint)Index && s->Reader >> AccessShadow.ThreadBits == Clock;
            // What a lane gets from a shuffle or vote comes after the reads of the lanes it depends on, so that a write may follow these without a barrier.
            bool exchanged = mine && (s->ReaderExchanges != _exchanges || _exchanges == AccessShadow.ManyExchanges);
            bool others = (s->OtherBytes & part) != 0 && ((s->Flags & AccessShadow.OtherBlocks) != 0 && Block.Acquired is null
                || mine && (s->Flags & AccessShadow.OtherWarps) != 0 || mine && !exchanged && (s->Flags & AccessShadow.OtherLanes) != 0);
            if (others || !exchanged && !IsOrdered(s->ReaderSerial, s->Reader, me)) throw Race(region, s, i, lane, addresses, isShared, "read", s->ReaderSerial, s->Reader);
        }
        bool same = s->WriterSerial == Block.Serial && s->Writer == me;
        s->Bytes = (byte)(s->Bytes & 0xF0 | (same ? s->Bytes & 15 | part : part));
        s->WriterSerial = Block.Serial;
        s->Writer = me;
        if (strong) s->Flags |= AccessShadow.StrongWrite;
        else s->Flags &= unchecked((byte)~AccessShadow.StrongWrite);
    }

    /// <summary>Lanes of one store may write the same value to one place.</summary>
    private bool IsSameValue(uint serial, uint recorded, uint me, Instruction* i, ulong* addresses, uint mask)
    {
        int other = (int)(recorded & 31), lane = (int)(me & 31);
        if (serial != Block.Serial || (recorded ^ me) >> 5 != 0 || (mask >> other & 1) == 0 || addresses[other] != addresses[lane] || i->List == null) return false;
        for (int n = 0; n < i->Count; n++)
        {
            byte* register = Registers + i->List[n];
            bool equal = i->D2 switch
            {
                8 => ((ulong*)register)[other] == ((ulong*)register)[lane],
                4 => ((uint*)register)[other] == ((uint*)register)[lane],
                _ => ((ushort*)register)[other] == ((ushort*)register)[lane],
            };
            if (!equal) return false;
        }
        return true;
    }

    /// <summary>Strong accesses to global memory: publish what a block has fenced, take over what others published there.</summary>
    private void Synchronize(ulong* addresses, Instruction* i, uint mask, bool write)
    {
        Dictionary<ulong, HashSet<uint>> published = _launch.Published;
        bool releases = write && (Block.HasFenced || (i->Access & AccessFlags.Release) != 0);
        if (!releases && published.Count == 0) return;
        for (uint rest = mask; rest != 0; rest &= rest - 1)
        {
            ulong address = addresses[BitOperations.TrailingZeroCount(rest)];
            if (published.TryGetValue(address, out HashSet<uint>? serials))
            {
                if (!write || (i->Access & AccessFlags.Atomic) != 0)
                {
                    Block.Acquired ??= [];
                    Block.Acquired.UnionWith(serials);
                }
            }
            else if (releases)
            {
                published[address] = serials = [];
            }
            if (!releases) continue;
            serials!.Add(Block.Serial);
            if (Block.Acquired is not null) serials.UnionWith(Block.Acquired);
        }
    }

    private DeviceFaultException Race(MemoryRegion region, AccessShadow* shadow, Instruction* i, int lane, ulong* addresses, bool isShared, string past, uint serial, uint recorded)
    {
        long offset = (shadow - region.Shadows) * 4L;
        LaunchGeometry g = _launch.Geometry;
        int thread = (int)(recorded & AccessShadow.ThreadMask);
        string who = serial != Block.Serial ? $"another block, thread {ThreadIndex(g, thread)}, with no fence and atomic between"
            : thread >> 5 == Index && thread % 32 != lane ? $"thread {ThreadIndex(g, thread)} of the same warp, with no bar.warp.sync between"
            : thread >> 5 == Index ? "other threads too, with no barrier between"
            : $"thread {ThreadIndex(g, thread)} (warp {thread >> 5}), with no barrier between";
        string where = isShared ? $"shared address 0x{offset:x}" : $"0x{region.Address + (ulong)offset:x} (byte {offset} of '{region.Tag}')";
        return Fault(isShared ? DeviceFaultKind.SharedRace : DeviceFaultKind.GlobalRace, lane, $"race: {Action(i)} of {i->Bytes} bytes at {where}, {past} by {who}");
    }
}
