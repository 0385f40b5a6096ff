using System.Numerics;
using System.Runtime.Intrinsics;
using Spa.Emulator.Warp.Ops;

namespace Spa.Emulator.Warp;

/// <summary>Integer instructions with four sources, a table, or the carry flags.</summary>
internal static unsafe class BitHandlers
{
    public static void PermuteMode(WarpState w, Instruction* i, uint mask)
    {
        uint* d = (uint*)(w.Registers + i->D), a = (uint*)(w.Registers + i->A), b = (uint*)(w.Registers + i->B), c = (uint*)(w.Registers + i->C);
        for (uint rest = mask; rest != 0; rest &= rest - 1)
        {
            int lane = BitOperations.TrailingZeroCount(rest);
            d[lane] = Ops.PermuteMode.Apply(i->Count, a[lane], b[lane], c[lane]);
        }
    }

    /// <summary>lop3: each bit is looked up in the table by the bits of a, b and c.</summary>
    public static void Lop3(WarpState w, Instruction* i, uint mask)
    {
        uint* d = (uint*)(w.Registers + i->D);
        int table = i->Count;
        for (int k = 0; k < Lanes.Count; k += 16)
        {
            Vector512<uint> a = Vector512.Load((uint*)(w.Registers + i->A) + k), b = Vector512.Load((uint*)(w.Registers + i->B) + k), c = Vector512.Load((uint*)(w.Registers + i->C) + k);
            Vector512<uint> result = Vector512<uint>.Zero;
            for (int term = 0; term < 8; term++)
            {
                if ((table >> term & 1) == 0) continue;
                result |= ((term & 4) != 0 ? a : ~a) & ((term & 2) != 0 ? b : ~b) & ((term & 1) != 0 ? c : ~c);
            }
            Lanes.Store(result, d + k, mask >> k);
        }
    }

    public static void Insert32(WarpState w, Instruction* i, uint mask)
    {
        uint* d = (uint*)(w.Registers + i->D), a = (uint*)(w.Registers + i->A), b = (uint*)(w.Registers + i->B), position = (uint*)(w.Registers + i->C), length = (uint*)(w.Registers + i->D2);
        for (uint rest = mask; rest != 0; rest &= rest - 1)
        {
            int lane = BitOperations.TrailingZeroCount(rest);
            d[lane] = (uint)InsertBits.Apply(a[lane], b[lane], position[lane], length[lane], 32);
        }
    }

    public static void Insert64(WarpState w, Instruction* i, uint mask)
    {
        ulong* d = (ulong*)(w.Registers + i->D), a = (ulong*)(w.Registers + i->A), b = (ulong*)(w.Registers + i->B);
        uint* position = (uint*)(w.Registers + i->C), length = (uint*)(w.Registers + i->D2);
        for (uint rest = mask; rest != 0; rest &= rest - 1)
        {
            int lane = BitOperations.TrailingZeroCount(rest);
            d[lane] = InsertBits.Apply(a[lane], b[lane], position[lane], length[lane], 64);
        }
    }

    public static void Carry32(WarpState w, Instruction* i, uint mask)
    {
        uint* d = (uint*)(w.Registers + i->D), a = (uint*)(w.Registers + i->A), b = (uint*)(w.Registers + i->B), c = (uint*)(w.Registers + i->C), flags = (uint*)(w.Registers + KernelProgram.Carry);
        int form = i->Count;
        for (uint rest = mask; rest != 0; rest &= rest - 1)
        {
            int lane = BitOperations.TrailingZeroCount(rest);
            ulong x = a[lane], y = b[lane];
            if ((form & CarryForm.Multiply) != 0)
            {
                ulong product = (form & CarryForm.Signed) != 0 ? (ulong)((long)(int)a[lane] * (int)b[lane]) : x * y;
                (x, y) = ((form & CarryForm.High) != 0 ? product >> 32 : (uint)product, c[lane]);
            }
            uint carry = (form & CarryForm.Reads) != 0 ? *flags >> lane & 1 : 0;
            ulong sum = (form & CarryForm.Subtract) != 0 ? x - y - carry : x + y + carry;
            d[lane] = (uint)sum;
            if ((form & CarryForm.Writes) != 0) *flags = *flags & ~(1u << lane) | (uint)(sum >> 32 & 1) << lane;
        }
    }

    public static void Carry64(WarpState w, Instruction* i, uint mask)
    {
        ulong* d = (ulong*)(w.Registers + i->D), a = (ulong*)(w.Registers + i->A), b = (ulong*)(w.Registers + i->B), c = (ulong*)(w.Registers + i->C);
        uint* flags = (uint*)(w.Registers + KernelProgram.Carry);
        int form = i->Count;
        for (uint rest = mask; rest != 0; rest &= rest - 1)
        {
            int lane = BitOperations.TrailingZeroCount(rest);
            UInt128 x = a[lane], y = b[lane];
            if ((form & CarryForm.Multiply) != 0)
            {
                UInt128 product = (form & CarryForm.Signed) != 0 ? (UInt128)((Int128)(long)a[lane] * (long)b[lane]) : x * y;
                (x, y) = ((form & CarryForm.High) != 0 ? product >> 64 : (ulong)product, c[lane]);
            }
            uint carry = (form & CarryForm.Reads) != 0 ? *flags >> lane & 1 : 0;
            UInt128 sum = (form & CarryForm.Subtract) != 0 ? x - y - carry : x + y + carry;
            d[lane] = (ulong)sum;
            if ((form & CarryForm.Writes) != 0) *flags = *flags & ~(1u << lane) | (uint)(ulong)(sum >> 64 & 1) << lane;
        }
    }
}
