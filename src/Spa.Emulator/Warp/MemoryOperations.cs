using System.Numerics;
using Spa.Emulator.Checks;
using Spa.Emulator.Memory;

namespace Spa.Emulator.Warp;

/// <summary>Loads, stores, atomics and asynchronous copies. Alignment of a vector access is that of all of it.</summary>
internal static unsafe class MemoryOperations
{
    public static void Load(WarpState w, Instruction i)
    {
        int count = i.List.Length, size = i.Size, bytes = count * size;
        if (w.Counts is not null) w.CountRequest(i, bytes, write: false);
        for (uint left = w.Exec; left != 0; left &= left - 1)
        {
            int lane = BitOperations.TrailingZeroCount(left);
            byte* p = w.Resolve(i, lane, w.Address(i, lane), bytes, write: false);
            for (int n = 0; n < count; n++, p += size)
            {
                int to = i.List[n];
                if (to < 0) continue;
                switch (size)
                {
                    case 4 when i.WidthD == 4:
                        w.Lanes(to)[lane] = *(uint*)p;
                        break;
                    case 4:
                        w.Wide(to)[lane] = i.Signed ? (ulong)*(int*)p : *(uint*)p;
                        break;
                    case 8:
                        w.Wide(to)[lane] = *(ulong*)p;
                        break;
                    case 2:
                        w.Set(to, lane, i.WidthD, i.Signed ? (ulong)*(short*)p : *(ushort*)p);
                        break;
                    default:
                        w.Set(to, lane, i.WidthD, i.Signed ? (ulong)*(sbyte*)p : *p);
                        break;
                }
            }
        }
    }

    public static void Store(WarpState w, Instruction i)
    {
        int count = i.List.Length, size = i.Size, bytes = count * size;
        if (w.Counts is not null) w.CountRequest(i, bytes, write: true);
        for (uint left = w.Exec; left != 0; left &= left - 1)
        {
            int lane = BitOperations.TrailingZeroCount(left);
            byte* p = w.Resolve(i, lane, w.Address(i, lane), bytes, write: true);
            for (int n = 0; n < count; n++, p += size)
            {
                int from = i.List[n];
                switch (size)
                {
                    case 4:
                        *(uint*)p = w.Lanes(from)[lane];
                        break;
                    case 8:
                        *(ulong*)p = w.Wide(from)[lane];
                        break;
                    case 2:
                        *(ushort*)p = (ushort)w.Get(from, lane, i.WidthD);
                        break;
                    default:
                        *p = (byte)w.Get(from, lane, i.WidthD);
                        break;
                }
            }
        }
    }

    /// <summary>atom and red: lanes one after the other. Extra is the operation on old value, operand and second operand.</summary>
    public static void Atomic(WarpState w, Instruction i)
    {
        if (w.Counts is not null) w.CountRequest(i, i.Size, write: true);
        var operation = (Func<ulong, ulong, ulong, ulong>)i.Extra!;
        for (uint left = w.Exec; left != 0; left &= left - 1)
        {
            int lane = BitOperations.TrailingZeroCount(left);
            byte* p = w.Resolve(i, lane, w.Address(i, lane), i.Size, write: true, atomic: true);
            ulong old = i.Size switch { 8 => *(ulong*)p, 4 => *(uint*)p, _ => *(ushort*)p };
            ulong value = operation(old, w.Get(i.B, lane, i.WidthB), i.C < 0 ? 0 : w.Get(i.C, lane, i.WidthC));
            if (i.Size == 8) *(ulong*)p = value;
            else if (i.Size == 4) *(uint*)p = (uint)value;
            else *(ushort*)p = (ushort)value;
            if (i.D >= 0) w.Set(i.D, lane, i.WidthD, old);
        }
        w.Order();
    }

    /// <summary>cp.async: the source is read now, the bytes arrive at the wait.</summary>
    public static void CopyAsync(WarpState w, Instruction i)
    {
        byte* value = stackalloc byte[16];
        for (uint left = w.Exec; left != 0; left &= left - 1)
        {
            int lane = BitOperations.TrailingZeroCount(left);
            ulong destination = (i.WideAddress ? w.Wide(i.A)[lane] : w.Lanes(i.A)[lane]) + (ulong)i.Offset;
            if (destination >= Windows.Shared) destination -= Windows.Shared;
            ulong source = w.Get(i.B, lane, i.WidthB) + (ulong)(long)i.Mode;
            int bytes = i.C < 0 ? i.Size : (int)Math.Min((uint)i.Size, w.Lanes(i.C)[lane]);
            if ((source & (ulong)(i.Size - 1)) != 0) throw w.Block.Fault(w, 1u << lane, DeviceFaultKind.Misaligned, $"cp.async of {i.Size} bytes from 0x{source:x}, which is not a multiple of {i.Size}");
            ulong low = 0, high = 0;
            new Span<byte>(value, 16).Clear();
            // Unused bytes of a short copy are zeros and are not read.
            Instruction from = (Instruction)i.Extra!;
            for (int b = 0; b < bytes;)
            {
                int step = (bytes - b) % 4 == 0 || bytes - b > 4 ? 4 : 1;
                byte* p = w.Resolve(from, lane, source + (ulong)b, step, write: false);
                if (step == 4) *(uint*)(value + b) = *(uint*)p;
                else value[b] = *p;
                b += step;
            }
            (low, high) = (*(ulong*)value, ((ulong*)value)[1]);
            Instruction to = (Instruction)from.Extra!;
            byte* place = w.Resolve(to, lane, destination, i.Size, write: true);
            long at = place - w.Block.Shared.Data;
            new Span<byte>(w.Block.Shared.State + at, i.Size).Fill(ByteState.InFlight);
            w.Uncommitted.Add(new AsyncCopy((int)at, i.Size, low, high));
        }
        if (w.Counts is null) return;
        w.Counts.GlobalRequests++;
        int lanes = BitOperations.PopCount(w.Exec);
        w.Counts.GlobalReadBytes += (long)lanes * i.Size;
        w.Counts.GlobalSectors += (lanes * i.Size + 31) / 32;
        w.Counts.SharedBytes += (long)lanes * i.Size;
    }

    public static void Commit(WarpState w, Instruction i)
    {
        w.Committed.Enqueue([.. w.Uncommitted]);
        w.Uncommitted.Clear();
    }

    /// <summary>Waits until at most Mode groups are under way; below zero, for all copies.</summary>
    public static void Wait(WarpState w, Instruction i)
    {
        if (i.Mode < 0) Commit(w, i);
        ulong* value = stackalloc ulong[2];
        while (w.Committed.Count > Math.Max(0, i.Mode))
        {
            foreach (AsyncCopy copy in w.Committed.Dequeue())
            {
                byte* data = w.Block.Shared.Data + copy.Destination;
                (value[0], value[1]) = (copy.Low, copy.High);
                Buffer.MemoryCopy(value, data, copy.Bytes, copy.Bytes);
                new Span<byte>(w.Block.Shared.State + copy.Destination, copy.Bytes).Fill(ByteState.Written);
            }
        }
    }

    public static void Fence(WarpState w, Instruction i) => w.Order();

    public static void Nothing(WarpState w, Instruction i)
    {
    }

    public static void Trap(WarpState w, Instruction i) => throw w.Block.Fault(w, w.Exec, DeviceFaultKind.Trap, "trap");

    /// <summary>Generic address from one of a space (Mode 1), or back (Mode -1).</summary>
    public static void ConvertAddress(WarpState w, Instruction i)
    {
        ulong start = Windows.Start(i.Space);
        for (uint left = w.Exec; left != 0; left &= left - 1)
        {
            int lane = BitOperations.TrailingZeroCount(left);
            ulong a = w.Get(i.A, lane, i.WidthA);
            w.Set(i.D, lane, i.WidthD, i.Mode > 0 ? a + start : a - start);
        }
    }
}
