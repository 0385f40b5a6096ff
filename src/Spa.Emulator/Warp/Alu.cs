using System.Numerics;
using System.Runtime.Intrinsics;
using Spa.Emulator.Warp.Ops;

namespace Spa.Emulator.Warp;

/// <summary>Runs an operation over the lanes of a warp: whole vectors where the operation has a vector form, lane by lane where not.</summary>
internal static unsafe class Alu
{
    public static void Unary<T, TOp>(WarpState warp, Instruction* i, uint mask) where T : unmanaged where TOp : IVectorUnary<T>
    {
        T* d = (T*)(warp.Registers + i->D), a = (T*)(warp.Registers + i->A);
        if (mask == Lanes.All)
        {
            for (int k = 0; k < Lanes.Count; k += Vector512<T>.Count) TOp.Apply(Vector512.Load(a + k)).Store(d + k);
            return;
        }
        for (int k = 0; k < Lanes.Count; k += Vector512<T>.Count) Lanes.Store(TOp.Apply(Vector512.Load(a + k)), d + k, mask >> k);
    }

    public static void Binary<T, TOp>(WarpState warp, Instruction* i, uint mask) where T : unmanaged where TOp : IVectorBinary<T>
    {
        T* d = (T*)(warp.Registers + i->D), a = (T*)(warp.Registers + i->A), b = (T*)(warp.Registers + i->B);
        if (mask == Lanes.All)
        {
            for (int k = 0; k < Lanes.Count; k += Vector512<T>.Count) TOp.Apply(Vector512.Load(a + k), Vector512.Load(b + k)).Store(d + k);
            return;
        }
        for (int k = 0; k < Lanes.Count; k += Vector512<T>.Count) Lanes.Store(TOp.Apply(Vector512.Load(a + k), Vector512.Load(b + k)), d + k, mask >> k);
    }

    public static void Ternary<T, TOp>(WarpState warp, Instruction* i, uint mask) where T : unmanaged where TOp : IVectorTernary<T>
    {
        T* d = (T*)(warp.Registers + i->D), a = (T*)(warp.Registers + i->A), b = (T*)(warp.Registers + i->B), c = (T*)(warp.Registers + i->C);
        if (mask == Lanes.All)
        {
            for (int k = 0; k < Lanes.Count; k += Vector512<T>.Count) TOp.Apply(Vector512.Load(a + k), Vector512.Load(b + k), Vector512.Load(c + k)).Store(d + k);
            return;
        }
        for (int k = 0; k < Lanes.Count; k += Vector512<T>.Count) Lanes.Store(TOp.Apply(Vector512.Load(a + k), Vector512.Load(b + k), Vector512.Load(c + k)), d + k, mask >> k);
    }

    /// <summary>setp: one bit per lane to D, its complement to D2, both combined with predicate C as <see cref="Instruction.Target"/> says.</summary>
    public static void Compare<T, TOp>(WarpState warp, Instruction* i, uint mask) where T : unmanaged where TOp : IVectorCompare<T>
    {
        T* a = (T*)(warp.Registers + i->A), b = (T*)(warp.Registers + i->B);
        ulong bits = 0;
        for (int k = 0; k < Lanes.Count; k += Vector512<T>.Count) bits |= TOp.Apply(Vector512.Load(a + k), Vector512.Load(b + k)).ExtractMostSignificantBits() << k;
        SetPredicates(warp, i, mask, (uint)bits);
    }

    public static void CompareScalar<T, TOp>(WarpState warp, Instruction* i, uint mask) where T : unmanaged where TOp : IScalarBinary<T, T, bool>
    {
        T* a = (T*)(warp.Registers + i->A), b = (T*)(warp.Registers + i->B);
        uint bits = 0;
        for (int k = 0; k < Lanes.Count; k++) if (TOp.Apply(a[k], b[k])) bits |= 1u << k;
        SetPredicates(warp, i, mask, bits);
    }

    /// <summary>Writes predicates from bits; <see cref="Instruction.Target"/>: 0 plain, 1 and, 2 or, 3 xor with C; <see cref="Instruction.Count"/> 1 negates C.</summary>
    public static void SetPredicates(WarpState warp, Instruction* i, uint mask, uint bits)
    {
        uint complement = ~bits;
        if (i->Target != 0)
        {
            uint c = *(uint*)(warp.Registers + i->C) ^ (i->Count == 1 ? uint.MaxValue : 0);
            (bits, complement) = i->Target switch
            {
                1 => (bits & c, complement & c),
                2 => (bits | c, complement | c),
                _ => (bits ^ c, complement ^ c),
            };
        }
        uint* p = (uint*)(warp.Registers + i->D), q = (uint*)(warp.Registers + i->D2);
        *p = *p & ~mask | bits & mask;
        *q = *q & ~mask | complement & mask;
    }

    /// <summary>set.CmpOp.dtype: the bits of C where it holds (made by the decoder), else 0.</summary>
    public static void Set<T, TResult, TOp>(WarpState warp, Instruction* i, uint mask) where T : unmanaged where TResult : unmanaged, INumberBase<TResult> where TOp : IVectorCompare<T>
    {
        T* a = (T*)(warp.Registers + i->A), b = (T*)(warp.Registers + i->B);
        TResult* d = (TResult*)(warp.Registers + i->D);
        TResult yes = *(TResult*)(warp.Registers + i->C);
        ulong bits = 0;
        for (int k = 0; k < Lanes.Count; k += Vector512<T>.Count) bits |= TOp.Apply(Vector512.Load(a + k), Vector512.Load(b + k)).ExtractMostSignificantBits() << k;
        for (int k = 0; k < Lanes.Count; k++) if ((mask >> k & 1) != 0) d[k] = (bits >> k & 1) != 0 ? yes : TResult.Zero;
    }

    public static void Map<TA, TResult, TOp>(WarpState warp, Instruction* i, uint mask) where TA : unmanaged where TResult : unmanaged where TOp : IScalarUnary<TA, TResult>
    {
        TResult* d = (TResult*)(warp.Registers + i->D);
        TA* a = (TA*)(warp.Registers + i->A);
        if (mask == Lanes.All)
        {
            // A wider result may lie over a narrower operand only when they are the same register, which has one width.
            for (int k = 0; k < Lanes.Count; k++) d[k] = TOp.Apply(a[k]);
            return;
        }
        for (uint rest = mask; rest != 0; rest &= rest - 1)
        {
            int k = BitOperations.TrailingZeroCount(rest);
            d[k] = TOp.Apply(a[k]);
        }
    }

    public static void Map<TA, TB, TResult, TOp>(WarpState warp, Instruction* i, uint mask)
        where TA : unmanaged where TB : unmanaged where TResult : unmanaged where TOp : IScalarBinary<TA, TB, TResult>
    {
        TResult* d = (TResult*)(warp.Registers + i->D);
        TA* a = (TA*)(warp.Registers + i->A);
        TB* b = (TB*)(warp.Registers + i->B);
        if (mask == Lanes.All)
        {
            for (int k = 0; k < Lanes.Count; k++) d[k] = TOp.Apply(a[k], b[k]);
            return;
        }
        for (uint rest = mask; rest != 0; rest &= rest - 1)
        {
            int k = BitOperations.TrailingZeroCount(rest);
            d[k] = TOp.Apply(a[k], b[k]);
        }
    }

    public static void Map<TA, TB, TC, TResult, TOp>(WarpState warp, Instruction* i, uint mask)
        where TA : unmanaged where TB : unmanaged where TC : unmanaged where TResult : unmanaged where TOp : IScalarTernary<TA, TB, TC, TResult>
    {
        TResult* d = (TResult*)(warp.Registers + i->D);
        TA* a = (TA*)(warp.Registers + i->A);
        TB* b = (TB*)(warp.Registers + i->B);
        TC* c = (TC*)(warp.Registers + i->C);
        if (mask == Lanes.All)
        {
            for (int k = 0; k < Lanes.Count; k++) d[k] = TOp.Apply(a[k], b[k], c[k]);
            return;
        }
        for (uint rest = mask; rest != 0; rest &= rest - 1)
        {
            int k = BitOperations.TrailingZeroCount(rest);
            d[k] = TOp.Apply(a[k], b[k], c[k]);
        }
    }
}
