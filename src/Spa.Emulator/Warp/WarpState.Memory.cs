using System.Numerics;
using System.Runtime.Intrinsics;
using Spa.Emulator.Checks;
using Spa.Emulator.Memory;

namespace Spa.Emulator.Warp;

/// <summary>From addresses to host pointers, with every check on the way.</summary>
internal sealed unsafe partial class WarpState
{
    private static readonly Vector512<ulong> s_lanes = Vector512.Create(0UL, 1, 2, 3, 4, 5, 6, 7);

    /// <summary>
    /// Checks the access of the active lanes and gives each one's host pointer in <see cref="AccessScratch.Pointers"/>.
    /// Returns the first lane's pointer where all 32 lanes follow one another, else null.
    /// </summary>
    public byte* Resolve(Instruction* i, uint mask)
    {
        AccessScratch scratch = _launch.Scratch;
        ulong* addresses = scratch.Addresses;
        Vector512<ulong> offset = Vector512.Create((ulong)i->Immediate);
        if ((i->Access & AccessFlags.NarrowBase) != 0)
        {
            uint* narrow = (uint*)(Registers + i->A);
            for (int k = 0; k < Lanes.Count; k += 8) (Vector512.WidenLower(Vector512.Create(Vector256.Load(narrow + k), Vector256<uint>.Zero)) + offset).Store(addresses + k);
        }
        else
        {
            ulong* wide = (ulong*)(Registers + i->A);
            for (int k = 0; k < Lanes.Count; k += 8) (Vector512.Load(wide + k) + offset).Store(addresses + k);
        }
        if (i->Space != MemorySpace.Generic) return ResolveIn(i->Space, addresses, i, mask);
        byte* together = null;
        for (uint rest = mask; rest != 0;)
        {
            // Lanes of one access may point to different spaces.
            MemorySpace space = Windows.SpaceOf(addresses[BitOperations.TrailingZeroCount(rest)]);
            uint same = 0;
            for (uint lanes = rest; lanes != 0; lanes &= lanes - 1)
            {
                int lane = BitOperations.TrailingZeroCount(lanes);
                if (Windows.SpaceOf(addresses[lane]) == space) same |= 1u << lane;
            }
            ulong* within = addresses;
            if (space != MemorySpace.Global)
            {
                within = scratch.Local;
                Vector512<ulong> start = Vector512.Create(Windows.Start(space));
                for (int k = 0; k < Lanes.Count; k += 8) (Vector512.Load(addresses + k) - start).Store(within + k);
            }
            together = ResolveIn(space, within, i, same);
            rest &= ~same;
        }
        return together;
    }

    private byte* ResolveIn(MemorySpace space, ulong* addresses, Instruction* i, uint mask)
    {
        switch (space)
        {
            case MemorySpace.Shared:
                if (_launch.IsCounting) _launch.Accesses.CountShared(addresses, mask, i->Bytes);
                return ResolveRegion(Block.Shared, addresses, i, mask, isShared: true);
            case MemorySpace.Local:
                if (_launch.IsCounting) _launch.Accesses.LocalBytes += (long)i->Bytes * BitOperations.PopCount(mask);
                ResolvePrivate(addresses, i, mask);
                return null;
            case MemorySpace.Param:
                ResolveParameters(addresses, i, mask);
                return null;
            default:
                return ResolveGlobal(addresses, i, mask);
        }
    }

    private byte* ResolveGlobal(ulong* addresses, Instruction* i, uint mask)
    {
        if (_launch.IsCounting)
        {
            if (i->Space == MemorySpace.Const) _launch.Accesses.ConstBytes += (long)i->Bytes * BitOperations.PopCount(mask);
            else _launch.Accesses.CountGlobal(addresses, mask, i->Bytes, i->Access);
        }
        uint rest = mask;
        while (true)
        {
            int first = BitOperations.TrailingZeroCount(rest);
            MemoryRegion? region = _launch.Memory.Find(addresses[first]);
            if (region is null) throw OutOfBounds(i, first, addresses[first]);
            uint inside = Inside(region, addresses, rest, i->Bytes);
            if ((inside >> first & 1) == 0) throw OutOfBounds(i, first, addresses[first]);
            byte* together = ResolveRegion(region, addresses, i, inside, isShared: false);
            rest &= ~inside;
            if (rest == 0) return together;
        }
    }

    /// <summary>Lanes whose bytes all lie in a region.</summary>
    private static uint Inside(MemoryRegion region, ulong* addresses, uint mask, int bytes)
    {
        if (region.Size < bytes) return 0;
        Vector512<ulong> start = Vector512.Create(region.Address), room = Vector512.Create((ulong)(region.Size - bytes));
        ulong inside = 0;
        for (int k = 0; k < Lanes.Count; k += 8) inside |= Vector512.LessThanOrEqual(Vector512.Load(addresses + k) - start, room).ExtractMostSignificantBits() << k;
        return (uint)inside & mask;
    }

    /// <summary>Whether all lanes follow one another without a gap.</summary>
    private static bool IsTogether(ulong* addresses, uint mask, int bytes)
    {
        if (mask != Lanes.All) return false;
        Vector512<ulong> expected = Vector512.Create(addresses[0]) + s_lanes * Vector512.Create((ulong)bytes), step = Vector512.Create(8UL * (uint)bytes);
        for (int k = 0; k < Lanes.Count; k += 8, expected += step)
            if (Vector512.Load(addresses + k) != expected) return false;
        return true;
    }

    private byte* ResolveRegion(MemoryRegion region, ulong* addresses, Instruction* i, uint mask, bool isShared)
    {
        int bytes = i->Bytes;
        bool write = (i->Access & AccessFlags.Write) != 0, isChecking = _launch.Options.Check;
        byte** pointers = _launch.Scratch.Pointers;
        if (isShared)
        {
            uint outside = mask & ~Inside(region, addresses, mask, bytes);
            if (outside != 0)
            {
                int lane = BitOperations.TrailingZeroCount(outside);
                throw Fault(DeviceFaultKind.OutOfBounds, lane, $"out of bounds: {Action(i)} of {bytes} bytes at shared address 0x{addresses[lane]:x}; the block has {region.Size} bytes of shared memory");
            }
        }
        if (write && region.IsReadOnly)
        {
            int lane = BitOperations.TrailingZeroCount(mask);
            throw Fault(DeviceFaultKind.WriteToConstant, lane, $"write of {bytes} bytes to constant data at 0x{addresses[lane]:x} ('{region.Tag}')");
        }
        Vector512<ulong> toHost = Vector512.Create((ulong)region.Data - region.Address), all = Vector512<ulong>.Zero;
        for (int k = 0; k < Lanes.Count; k += 8)
        {
            Vector512<ulong> address = Vector512.Load(addresses + k), host = address + toHost;
            Vector512<ulong> active = Lanes.Mask<ulong>(mask >> k);
            all |= address & active;
            if (mask == Lanes.All) host.Store((ulong*)pointers + k);
            else Vector512.ConditionalSelect(active, host, Vector512.Load((ulong*)pointers + k)).Store((ulong*)pointers + k);
        }
        if ((Fold(all) & (ulong)(bytes - 1)) != 0) throw Misaligned(i, addresses, mask);
        bool together = IsTogether(addresses, mask, bytes);
        if (isChecking)
        {
            if (!write || (i->Access & AccessFlags.Atomic) != 0) CheckWritten(region, addresses, i, mask, together, isShared);
            if (!region.IsReadOnly) CheckRaces(region, addresses, i, mask, isShared);
        }
        if (write && !region.IsAllWritten)
        {
            if (together)
            {
                region.MarkWritten((long)(addresses[0] - region.Address), 32L * bytes);
            }
            else
            {
                for (uint rest = mask; rest != 0; rest &= rest - 1) region.MarkWritten((long)(addresses[BitOperations.TrailingZeroCount(rest)] - region.Address), bytes);
            }
        }
        return together ? pointers[0] : null;
    }

    private static ulong Fold(Vector512<ulong> v)
    {
        Vector256<ulong> half = v.GetLower() | v.GetUpper();
        Vector128<ulong> quarter = half.GetLower() | half.GetUpper();
        return quarter[0] | quarter[1];
    }

    private void CheckWritten(MemoryRegion region, ulong* addresses, Instruction* i, uint mask, bool together, bool isShared)
    {
        if (region.IsAllWritten || together && region.FindUnwritten((long)(addresses[0] - region.Address), 32L * i->Bytes) < 0) return;
        for (uint rest = mask; rest != 0; rest &= rest - 1)
        {
            int lane = BitOperations.TrailingZeroCount(rest);
            long missing = region.FindUnwritten((long)(addresses[lane] - region.Address), i->Bytes);
            if (missing < 0) continue;
            string where = isShared ? $"shared address 0x{missing:x}" : $"0x{region.Address + (ulong)missing:x} (byte {missing} of '{region.Tag}')";
            if (isShared && Block.FindPendingCopy(missing) is { } copy)
                throw Fault(DeviceFaultKind.AsyncCopyPending, lane, $"read of {where}, where the cp.async at {_program.DescribePlace(copy.Pc)} has not been waited for");
            throw Fault(DeviceFaultKind.UninitializedRead, lane, $"read of uninitialised memory at {where}");
        }
    }

    private void ResolvePrivate(ulong* addresses, Instruction* i, uint mask)
    {
        byte** pointers = _launch.Scratch.Pointers;
        for (uint rest = mask; rest != 0; rest &= rest - 1)
        {
            int lane = BitOperations.TrailingZeroCount(rest);
            ulong address = addresses[lane];
            if (address > (ulong)_program.LocalBytes || (ulong)_program.LocalBytes - address < (ulong)i->Bytes)
                throw Fault(DeviceFaultKind.OutOfBounds, lane, $"out of bounds: {Action(i)} of {i->Bytes} bytes at local address 0x{address:x}; a thread has {_program.LocalBytes} bytes of local memory");
            if ((address & (ulong)(i->Bytes - 1)) != 0) throw Misaligned(i, addresses, mask);
            pointers[lane] = LocalOf(lane) + address;
        }
    }

    private void ResolveParameters(ulong* addresses, Instruction* i, uint mask)
    {
        byte** pointers = _launch.Scratch.Pointers;
        if (_launch.IsCounting) _launch.Accesses.ParameterBytes += (long)i->Bytes * BitOperations.PopCount(mask);
        for (uint rest = mask; rest != 0; rest &= rest - 1)
        {
            int lane = BitOperations.TrailingZeroCount(rest);
            ulong address = addresses[lane];
            if ((i->Access & AccessFlags.Write) != 0) throw Fault(DeviceFaultKind.WriteToConstant, lane, $"write of {i->Bytes} bytes to the kernel's parameters (byte {address})");
            if (address > (ulong)_program.ParameterBytes || (ulong)_program.ParameterBytes - address < (ulong)i->Bytes)
                throw Fault(DeviceFaultKind.OutOfBounds, lane, $"out of bounds: read of {i->Bytes} bytes at byte {address} of {_program.ParameterBytes} bytes of parameters");
            if ((address & (ulong)(i->Bytes - 1)) != 0) throw Misaligned(i, addresses, mask);
            pointers[lane] = _launch.Parameters + address;
        }
    }

    private static string Action(Instruction* i) => (i->Access & AccessFlags.Atomic) != 0 ? "atomic access" : (i->Access & AccessFlags.Write) != 0 ? "write" : "read";

    private DeviceFaultException Misaligned(Instruction* i, ulong* addresses, uint mask)
    {
        for (uint rest = mask; rest != 0; rest &= rest - 1)
        {
            int lane = BitOperations.TrailingZeroCount(rest);
            if ((addresses[lane] & (ulong)(i->Bytes - 1)) != 0)
                return Fault(DeviceFaultKind.Misaligned, lane, $"misaligned: {Action(i)} of {i->Bytes} bytes at 0x{addresses[lane]:x}, which is no multiple of {i->Bytes}");
        }
        throw new InvalidOperationException("no lane is misaligned");
    }

    private DeviceFaultException OutOfBounds(Instruction* i, int lane, ulong address)
    {
        MemoryRegion? nearest = _launch.Memory.Nearest(address);
        bool freed = nearest is { IsFreed: true } && address - nearest.Address < (ulong)nearest.Size;
        string what = freed ? "use after free" : "out of bounds";
        return Fault(freed ? DeviceFaultKind.UseAfterFree : DeviceFaultKind.OutOfBounds, lane, $"{what}: {Action(i)} of {i->Bytes} bytes at 0x{address:x}; {_launch.Memory.Describe(address, i->Bytes)}");
    }

    /// <summary>A report about a lane at the instruction that runs.</summary>
    public DeviceFaultException Fault(DeviceFaultKind kind, int lane, string what)
    {
        LaunchGeometry g = _launch.Geometry;
        int thread = Index * Lanes.Count + lane;
        return new DeviceFaultException(kind, $"{what}; kernel {_program.Name} at {_program.DescribePlace(_pc)}, block {Block.Index}, thread {ThreadIndex(g, thread)}");
    }

    public static (int X, int Y, int Z) ThreadIndex(in LaunchGeometry g, int thread) => (thread % g.BlockX, thread / g.BlockX % g.BlockY, thread / (g.BlockX * g.BlockY));
}
