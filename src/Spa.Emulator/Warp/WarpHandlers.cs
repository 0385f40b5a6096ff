using System.Numerics;
using Spa.Emulator.Checks;
using Spa.Emulator.Warp.Matrix;

namespace Spa.Emulator.Warp;

/// <summary>Instructions in which lanes see each other.</summary>
internal static unsafe class WarpHandlers
{
    public const int Up = 0, Down = 1, Butterfly = 2, Index = 3;
    public const int All = 0, Any = 1, Uniform = 2, Ballot = 3;

    /// <summary>shfl.sync, as the pseudo-code of the instruction set has it; Count is the register of the clamp and segment mask.</summary>
    public static void Shuffle(WarpState w, Instruction* i, uint mask)
    {
        uint* d = (uint*)(w.Registers + i->D), a = (uint*)(w.Registers + i->A), b = (uint*)(w.Registers + i->B), c = (uint*)(w.Registers + i->Count);
        uint* result = stackalloc uint[Lanes.Count];
        uint inRange = 0;
        for (uint rest = mask; rest != 0; rest &= rest - 1)
        {
            int lane = BitOperations.TrailingZeroCount(rest);
            int by = (int)(b[lane] & 31), clamp = (int)(c[lane] & 31), segment = (int)(c[lane] >> 8 & 31);
            int most = lane & segment | clamp & ~segment, least = lane & segment;
            (int source, bool good) = i->Target switch
            {
                Up => (lane - by, lane - by >= most),
                Down => (lane + by, lane + by <= most),
                Butterfly => (lane ^ by, (lane ^ by) <= most),
                _ => (least | by & ~segment, (least | by & ~segment) <= most),
            };
            if (good) inRange |= 1u << lane;
            else source = lane;
            if ((mask >> source & 1) == 0) throw w.Fault(DeviceFaultKind.WarpSync, lane, $"shfl reads lane {source}, which does not take part (lanes 0x{mask:x8} do)");
            result[lane] = a[source];
        }
        Lanes.Copy(result, d, mask);
        CompareHandlers.Write(w, i->D2, mask, inRange);
    }

    public static void Vote(WarpState w, Instruction* i, uint mask)
    {
        uint votes = (*(uint*)(w.Registers + i->A) ^ (uint)i->Count) & mask;
        if (i->Target == Ballot)
        {
            Lanes.Broadcast(votes, (uint*)(w.Registers + i->D), mask);
            return;
        }
        bool result = i->Target switch { All => votes == mask, Any => votes != 0, _ => votes == mask || votes == 0 };
        CompareHandlers.Write(w, i->D, mask, result ? Lanes.All : 0);
    }

    public static void Match<T>(WarpState w, Instruction* i, uint mask) where T : unmanaged, IBinaryInteger<T>
    {
        T* a = (T*)(w.Registers + i->A);
        uint* d = (uint*)(w.Registers + i->D);
        uint* result = stackalloc uint[Lanes.Count];
        bool all = true;
        for (uint rest = mask; rest != 0; rest &= rest - 1)
        {
            int lane = BitOperations.TrailingZeroCount(rest);
            uint same = 0;
            for (uint others = mask; others != 0; others &= others - 1)
            {
                int other = BitOperations.TrailingZeroCount(others);
                if (a[other] == a[lane]) same |= 1u << other;
            }
            result[lane] = same;
            all &= same == mask;
        }
        if (i->Target == Any)
        {
            Lanes.Copy(result, d, mask);
            return;
        }
        Lanes.Broadcast(all ? mask : 0, d, mask);
        CompareHandlers.Write(w, i->D2, mask, all ? Lanes.All : 0);
    }

    public static void Reduce(WarpState w, Instruction* i, uint mask)
    {
        uint* a = (uint*)(w.Registers + i->A);
        uint result = a[BitOperations.TrailingZeroCount(mask)];
        for (uint rest = mask & mask - 1; rest != 0; rest &= rest - 1)
        {
            uint value = a[BitOperations.TrailingZeroCount(rest)];
            result = i->Target switch
            {
                0 => result + value,
                1 => result & value,
                2 => result | value,
                3 => result ^ value,
                4 => Math.Min(result, value),
                5 => Math.Max(result, value),
                6 => (uint)Math.Min((int)result, (int)value),
                _ => (uint)Math.Max((int)result, (int)value),
            };
        }
        Lanes.Broadcast(result, (uint*)(w.Registers + i->D), mask);
    }

    /// <summary>elect.sync: the lowest lane.</summary>
    public static void Elect(WarpState w, Instruction* i, uint mask)
    {
        Lanes.Broadcast((uint)BitOperations.TrailingZeroCount(mask), (uint*)(w.Registers + i->D), mask);
        CompareHandlers.Write(w, i->D2, mask, mask & (0 - mask));
    }

    public static void ActiveMask(WarpState w, Instruction* i, uint mask) => Lanes.Broadcast(mask, (uint*)(w.Registers + i->D), mask);

    public static void MoveMatrix(WarpState w, Instruction* i, uint mask)
    {
        RequireAll(w, mask);
        MatrixOps.MovMatrix((uint*)(w.Registers + i->D), (uint*)(w.Registers + i->A));
    }

    public static void LoadMatrix(WarpState w, Instruction* i, uint mask)
    {
        RequireAll(w, mask);
        w.Resolve(i, i->Count == 4 ? Lanes.All : (1u << 8 * i->Count) - 1);
        uint** destinations = stackalloc uint*[4];
        for (int n = 0; n < i->Count; n++) destinations[n] = (uint*)(w.Registers + i->List[n]);
        MatrixOps.LdMatrix(destinations, w.Launch.Scratch.Pointers, i->Count, i->Target != 0);
    }

    public static void StoreMatrix(WarpState w, Instruction* i, uint mask)
    {
        RequireAll(w, mask);
        // The values that a row gets come from four lanes, so a row written twice cannot be compared: no list.
        Instruction access = *i;
        access.List = null;
        w.Resolve(&access, i->Count == 4 ? Lanes.All : (1u << 8 * i->Count) - 1);
        uint** sources = stackalloc uint*[4];
        for (int n = 0; n < i->Count; n++) sources[n] = (uint*)(w.Registers + i->List[n]);
        MatrixOps.StMatrix(w.Launch.Scratch.Pointers, sources, i->Count, i->Target != 0);
    }

    public static void Mma(WarpState w, Instruction* i, uint mask)
    {
        RequireAll(w, mask);
        MmaInstruction mma = w.Program.Matrices[i->Count];
        uint** registers = stackalloc uint*[32];
        int count = 2 * mma.AccumulatorRegisters + mma.ARegisters + mma.BRegisters;
        for (int n = 0; n < count; n++) registers[n] = (uint*)(w.Registers + i->List[n]);
        uint** a = registers + mma.AccumulatorRegisters, b = a + mma.ARegisters;
        mma.Run(registers, a, b, b + mma.BRegisters);
    }

    private static void RequireAll(WarpState w, uint mask)
    {
        if (mask != Lanes.All) throw w.Fault(DeviceFaultKind.WarpSync, BitOperations.TrailingZeroCount(mask), $"a matrix instruction needs all 32 lanes, 0x{mask:x8} execute it");
    }
}
