using System.Numerics;
using Spa.Emulator.Checks;
using Spa.Emulator.Warp.Matrix;

namespace Spa.Emulator.Warp;

/// <summary>Operations in which lanes see each other.</summary>
internal static unsafe class WarpOperations
{
    public const int Up = 0, Down = 1, Butterfly = 2, Index = 3;

    public static void Shuffle(WarpState w, Instruction i)
    {
        uint* a = w.Lanes(i.A), b = w.Lanes(i.B), c = w.Lanes(i.C);
        uint* result = stackalloc uint[32];
        uint inside = 0;
        for (uint left = w.Exec; left != 0; left &= left - 1)
        {
            int lane = BitOperations.TrailingZeroCount(left);
            int by = (int)(b[lane] & 31), clamp = (int)(c[lane] & 31), segment = (int)(c[lane] >> 8 & 31);
            int most = (lane & segment) | (clamp & ~segment), least = lane & segment;
            int from = i.Mode switch { Up => lane - by, Down => lane + by, Butterfly => lane ^ by, _ => least | (by & ~segment) };
            bool valid = i.Mode == Up ? from >= most : from <= most;
            if (!valid) from = lane;
            else inside |= 1u << lane;
            if ((w.Exec >> from & 1) == 0) throw w.Block.Fault(w, 1u << lane, DeviceFaultKind.WarpMask, $"shuffle from lane {from}, which takes no part");
            result[lane] = a[from];
        }
        for (uint left = w.Exec; left != 0; left &= left - 1)
        {
            int lane = BitOperations.TrailingZeroCount(left);
            if (i.D >= 0) w.Lanes(i.D)[lane] = result[lane];
        }
        if (i.D2 >= 0) w.SetPredicate(i.D2, inside);
    }

    public const int Ballot = 0, All = 1, Any = 2, Uniform = 3;

    public static void Vote(WarpState w, Instruction i)
    {
        uint predicate = *(uint*)(w.File + i.A);
        if (i.GuardedOperandNegated) predicate = ~predicate;
        predicate &= w.Exec;
        if (i.Mode == Ballot)
        {
            for (uint left = w.Exec; left != 0; left &= left - 1) w.Lanes(i.D)[BitOperations.TrailingZeroCount(left)] = predicate;
            return;
        }
        bool value = i.Mode switch { All => predicate == w.Exec, Any => predicate != 0, _ => predicate == w.Exec || predicate == 0 };
        w.SetPredicate(i.D, value ? uint.MaxValue : 0);
    }

    public static void ActiveMask(WarpState w, Instruction i)
    {
        for (uint left = w.Exec; left != 0; left &= left - 1) w.Lanes(i.D)[BitOperations.TrailingZeroCount(left)] = w.Exec;
    }

    public static void Elect(WarpState w, Instruction i)
    {
        uint first = w.Exec & (0 - w.Exec);
        if (i.D >= 0) for (uint left = w.Exec; left != 0; left &= left - 1) w.Lanes(i.D)[BitOperations.TrailingZeroCount(left)] = (uint)BitOperations.TrailingZeroCount(first);
        if (i.D2 >= 0) w.SetPredicate(i.D2, first);
    }

    public static void Match(WarpState w, Instruction i)
    {
        uint* result = stackalloc uint[32];
        uint all = 0;
        for (uint left = w.Exec; left != 0; left &= left - 1)
        {
            int lane = BitOperations.TrailingZeroCount(left);
            uint same = 0;
            for (uint other = w.Exec; other != 0; other &= other - 1)
            {
                int n = BitOperations.TrailingZeroCount(other);
                if (w.Get(i.A, n, i.WidthA) == w.Get(i.A, lane, i.WidthA)) same |= 1u << n;
            }
            if (same == w.Exec) all = w.Exec;
            result[lane] = i.Mode == All ? same == w.Exec ? w.Exec : 0 : same;
        }
        for (uint left = w.Exec; left != 0; left &= left - 1) w.Lanes(i.D)[BitOperations.TrailingZeroCount(left)] = result[BitOperations.TrailingZeroCount(left)];
        if (i.D2 >= 0) w.SetPredicate(i.D2, all);
    }

    public static void Reduce(WarpState w, Instruction i)
    {
        var join = (Func<ulong, ulong, ulong, ulong>)i.Extra!;
        ulong value = 0;
        bool first = true;
        for (uint left = w.Exec; left != 0; left &= left - 1)
        {
            uint a = w.Lanes(i.A)[BitOperations.TrailingZeroCount(left)];
            value = first ? a : join(value, a, 0);
            first = false;
        }
        for (uint left = w.Exec; left != 0; left &= left - 1) w.Lanes(i.D)[BitOperations.TrailingZeroCount(left)] = (uint)value;
    }

    public static void Mma(WarpState w, Instruction i)
    {
        var mma = (MmaInstruction)i.Extra!;
        uint** d = stackalloc uint*[4];
        uint** a = stackalloc uint*[4];
        uint** b = stackalloc uint*[4];
        uint** c = stackalloc uint*[4];
        for (int n = 0; n < i.List.Length; n++) d[n] = w.Lanes(i.List[n]);
        for (int n = 0; n < i.ListB.Length; n++) a[n] = w.Lanes(i.ListB[n]);
        for (int n = 0; n < i.ListC.Length; n++) b[n] = w.Lanes(i.ListC[n]);
        int[] addend = i.ListE;
        for (int n = 0; n < addend.Length; n++) c[n] = w.Lanes(addend[n]);
        mma.Run(d, a, b, c);
    }

    public static void LdMatrix(WarpState w, Instruction i)
    {
        int count = i.List.Length;
        byte** rows = stackalloc byte*[32];
        for (int lane = 0; lane < 8 * count; lane++)
        {
            ulong address = w.Address(i, lane);
            if (address >= Windows.Shared) address -= Windows.Shared;
            rows[lane] = w.Resolve(i, lane, address, 16, write: false);
        }
        if (w.Counts is not null)
        {
            Span<ulong> addresses = stackalloc ulong[8];
            for (int m = 0; m < count; m++)
            {
                for (int r = 0; r < 8; r++) addresses[r] = (ulong)(rows[8 * m + r] - w.Block.Shared.Data);
                Counters.MemoryCounts.Shared(w.Counts, addresses, 16);
            }
        }
        uint** destinations = stackalloc uint*[4];
        for (int n = 0; n < count; n++) destinations[n] = w.Lanes(i.List[n]);
        MatrixOps.LdMatrix(destinations, rows, count, i.Mode != 0);
    }

    public static void StMatrix(WarpState w, Instruction i)
    {
        int count = i.List.Length;
        byte** rows = stackalloc byte*[32];
        for (int lane = 0; lane < 8 * count; lane++)
        {
            ulong address = w.Address(i, lane);
            if (address >= Windows.Shared) address -= Windows.Shared;
            rows[lane] = w.Resolve(i, lane, address, 16, write: true);
        }
        uint** sources = stackalloc uint*[4];
        for (int n = 0; n < count; n++) sources[n] = w.Lanes(i.List[n]);
        MatrixOps.StMatrix(rows, sources, count, i.Mode != 0);
    }

    public static void MovMatrix(WarpState w, Instruction i) => MatrixOps.MovMatrix(w.Lanes(i.D), w.Lanes(i.A));

    /// <summary>A wide register from its parts, or parts from a wide one: List are the parts, lowest first.</summary>
    public static void Pack(WarpState w, Instruction i)
    {
        int bits = 8 * i.Size;
        ulong mask = bits == 64 ? ulong.MaxValue : (1ul << bits) - 1;
        for (uint left = w.Exec; left != 0; left &= left - 1)
        {
            int lane = BitOperations.TrailingZeroCount(left);
            ulong value = 0;
            for (int n = 0; n < i.List.Length; n++) value |= (w.Get(i.List[n], lane, i.Size == 8 ? 8 : 4) & mask) << (n * bits);
            w.Set(i.D, lane, i.WidthD, value);
        }
    }

    public static void Unpack(WarpState w, Instruction i)
    {
        int bits = 8 * i.Size;
        ulong mask = bits == 64 ? ulong.MaxValue : (1ul << bits) - 1;
        for (uint left = w.Exec; left != 0; left &= left - 1)
        {
            int lane = BitOperations.TrailingZeroCount(left);
            ulong value = w.Get(i.A, lane, i.WidthA);
            for (int n = 0; n < i.List.Length; n++) if (i.List[n] >= 0) w.Set(i.List[n], lane, i.Size == 8 ? 8 : 4, value >> (n * bits) & mask);
        }
    }
}
