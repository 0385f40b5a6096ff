using System.Numerics;
using System.Runtime.Intrinsics;
using Spa.Emulator.Memory;
using Spa.Emulator.Warp.Ops;

namespace Spa.Emulator.Warp;

/// <summary>Loads, stores and atomics.</summary>
internal static unsafe class MemoryHandlers
{
    /// <summary>ld: <see cref="Instruction.Count"/> elements a lane into the registers of the list; an offset below 0 is a result that is not wanted.</summary>
    public static void Load<TMemory, TRegister>(WarpState w, Instruction* i, uint mask)
        where TMemory : unmanaged, IBinaryInteger<TMemory> where TRegister : unmanaged, IBinaryInteger<TRegister>
    {
        byte* together = w.Resolve(i, mask);
        if (together != null && i->Count == 1 && typeof(TMemory) == typeof(TRegister))
        {
            TRegister* to = (TRegister*)(w.Registers + i->List[0]);
            for (int k = 0; k < Lanes.Count; k += Vector512<TRegister>.Count) Vector512.Load((TRegister*)together + k).Store(to + k);
            return;
        }
        byte** pointers = w.Launch.Scratch.Pointers;
        for (int n = 0; n < i->Count; n++)
        {
            if (i->List[n] < 0) continue;
            TRegister* to = (TRegister*)(w.Registers + i->List[n]);
            int at = n * sizeof(TMemory);
            if (mask == Lanes.All)
            {
                for (int lane = 0; lane < Lanes.Count; lane++) to[lane] = TRegister.CreateTruncating(*(TMemory*)(pointers[lane] + at));
                continue;
            }
            for (uint rest = mask; rest != 0; rest &= rest - 1)
            {
                int lane = BitOperations.TrailingZeroCount(rest);
                to[lane] = TRegister.CreateTruncating(*(TMemory*)(pointers[lane] + at));
            }
        }
    }

    /// <summary>ld.param at a fixed place: one value for all lanes.</summary>
    public static void LoadParameter<TMemory, TRegister>(WarpState w, Instruction* i, uint mask)
        where TMemory : unmanaged, IBinaryInteger<TMemory> where TRegister : unmanaged, IBinaryInteger<TRegister>
    {
        byte* from = w.Launch.Parameters + i->Immediate;
        for (int n = 0; n < i->Count; n++)
        {
            if (i->List[n] >= 0) Lanes.Broadcast(TRegister.CreateTruncating(*(TMemory*)(from + n * sizeof(TMemory))), (TRegister*)(w.Registers + i->List[n]), mask);
        }
        if (w.Launch.IsCounting) w.Launch.Accesses.ParameterBytes += (long)i->Bytes * BitOperations.PopCount(mask);
    }

    public static void Store<TMemory, TRegister>(WarpState w, Instruction* i, uint mask)
        where TMemory : unmanaged, IBinaryInteger<TMemory> where TRegister : unmanaged, IBinaryInteger<TRegister>
    {
        byte* together = w.Resolve(i, mask);
        if (together != null && i->Count == 1 && typeof(TMemory) == typeof(TRegister))
        {
            TRegister* from = (TRegister*)(w.Registers + i->List[0]);
            for (int k = 0; k < Lanes.Count; k += Vector512<TRegister>.Count) Vector512.Load(from + k).Store((TRegister*)together + k);
            return;
        }
        byte** pointers = w.Launch.Scratch.Pointers;
        for (int n = 0; n < i->Count; n++)
        {
            TRegister* from = (TRegister*)(w.Registers + i->List[n]);
            int at = n * sizeof(TMemory);
            for (uint rest = mask; rest != 0; rest &= rest - 1)
            {
                int lane = BitOperations.TrailingZeroCount(rest);
                *(TMemory*)(pointers[lane] + at) = TMemory.CreateTruncating(from[lane]);
            }
        }
    }

    /// <summary>atom and red: lanes one after the other; D gets the old value.</summary>
    public static void Atomic<T, TOp>(WarpState w, Instruction* i, uint mask) where T : unmanaged where TOp : IScalarTernary<T, T, T, T>
    {
        w.Resolve(i, mask);
        byte** pointers = w.Launch.Scratch.Pointers;
        T* d = (T*)(w.Registers + i->D), b = (T*)(w.Registers + i->B), c = (T*)(w.Registers + i->C);
        for (uint rest = mask; rest != 0; rest &= rest - 1)
        {
            int lane = BitOperations.TrailingZeroCount(rest);
            T* place = (T*)pointers[lane];
            T old = *place;
            *place = TOp.Apply(old, b[lane], c[lane]);
            d[lane] = old;
        }
    }

    public static void Fence(WarpState w, Instruction* i, uint mask) => w.Block.HasFenced = true;

    /// <summary>A hint, or a fence within the block: nothing to do, since a warp's accesses are seen in order.</summary>
    public static void Nothing(WarpState w, Instruction* i, uint mask)
    {
    }

    /// <summary>Copies <see cref="Instruction.Bytes"/> bytes of local memory from one place to another: arguments and results of calls.</summary>
    public static void CopyLocal(WarpState w, Instruction* i, uint mask)
    {
        for (uint rest = mask; rest != 0; rest &= rest - 1)
        {
            byte* local = w.LocalOf(BitOperations.TrailingZeroCount(rest));
            Buffer.MemoryCopy(local + i->A, local + i->D, i->Bytes, i->Bytes);
        }
    }

    /// <summary>cvta: adds the window of a space, or takes it off.</summary>
    public static void ToGeneric(WarpState w, Instruction* i, uint mask)
    {
        Vector512<ulong> start = Vector512.Create((ulong)i->Immediate);
        ulong* a = (ulong*)(w.Registers + i->A), d = (ulong*)(w.Registers + i->D);
        for (int k = 0; k < Lanes.Count; k += 8) Lanes.Store(Vector512.Load(a + k) + start, d + k, mask >> k);
    }

    /// <summary>isspacep: whether a generic address lies in a space.</summary>
    public static void IsInSpace(WarpState w, Instruction* i, uint mask)
    {
        uint bits = 0;
        for (int lane = 0; lane < Lanes.Count; lane++)
            if (Windows.SpaceOf(((ulong*)(w.Registers + i->A))[lane]) == (MemorySpace)i->Count) bits |= 1u << lane;
        uint* d = (uint*)(w.Registers + i->D);
        *d = *d & ~mask | bits & mask;
    }
}
