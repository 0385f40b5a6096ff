using System.Numerics;

namespace Spa.Emulator.Tests.Conformance;

/// <summary>Cases of integer instructions, by unbounded integers.</summary>
internal static class IntegerSets
{
    public static IEnumerable<ConformanceSet> All() => Arithmetic().Concat(Shifts()).Concat(Fields()).Concat(Special());

    private static ConformanceSet Make(string instruction, string[] types, int count, ulong[][] operands, Func<ulong[], BigInteger> expected)
    {
        int width = types[0] == "pred" ? 1 : int.Parse(types[0][1..], null);
        return new(instruction, types, [.. Values.Tuples(count, operands).Select(o => (o, (ulong)(expected(o) & (BigInteger.One << width) - 1)))]);
    }

    private static BigInteger Number(ulong bits, string type)
    {
        int width = int.Parse(type[1..], null);
        return type[0] == 's' && (bits >> width - 1 & 1) != 0 ? (BigInteger)bits - (BigInteger.One << width) : bits;
    }

    private static IEnumerable<ConformanceSet> Arithmetic()
    {
        foreach (string type in new[] { "s16", "u16", "s32", "u32", "s64", "u64" })
        {
            int width = int.Parse(type[1..], null);
            string t = "b" + width, wide = "b" + 2 * width;
            ulong[] v = Values.Integers(width);
            BigInteger N(ulong bits) => Number(bits, type);
            yield return Make($"add.{type} d, a, b;", [t, t, t], 30, [v, v], o => N(o[0]) + N(o[1]));
            yield return Make($"sub.{type} d, a, b;", [t, t, t], 30, [v, v], o => N(o[0]) - N(o[1]));
            yield return Make($"mul.lo.{type} d, a, b;", [t, t, t], 30, [v, v], o => N(o[0]) * N(o[1]));
            yield return Make($"mul.hi.{type} d, a, b;", [t, t, t], 30, [v, v], o => N(o[0]) * N(o[1]) >> width);
            yield return Make($"mad.lo.{type} d, a, b, c;", [t, t, t, t], 30, [v, v, v], o => N(o[0]) * N(o[1]) + N(o[2]));
            yield return Make($"mad.hi.{type} d, a, b, c;", [t, t, t, t], 30, [v, v, v], o => (N(o[0]) * N(o[1]) >> width) + N(o[2]));
            if (width < 64) yield return Make($"mul.wide.{type} d, a, b;", [wide, t, t], 30, [v, v], o => N(o[0]) * N(o[1]));
            if (width < 64) yield return Make($"mad.wide.{type} d, a, b, c;", [wide, t, t, wide], 30, [v, v, Values.Integers(2 * width)], o => N(o[0]) * N(o[1]) + o[2]);
            // The quotient by zero is not specified; devices differ from nothing here, so it is left out.
            ulong[] divisors = [.. v.Where(x => x != 0)];
            yield return Make($"div.{type} d, a, b;", [t, t, t], 30, [v, divisors], o => BigInteger.Divide(N(o[0]), N(o[1])));
            yield return Make($"rem.{type} d, a, b;", [t, t, t], 30, [v, divisors], o => BigInteger.Remainder(N(o[0]), N(o[1])));
            yield return Make($"min.{type} d, a, b;", [t, t, t], 20, [v, v], o => BigInteger.Min(N(o[0]), N(o[1])));
            yield return Make($"max.{type} d, a, b;", [t, t, t], 20, [v, v], o => BigInteger.Max(N(o[0]), N(o[1])));
            yield return Make($"sad.{type} d, a, b, c;", [t, t, t, t], 20, [v, v, v], o => N(o[2]) + BigInteger.Abs(N(o[0]) - N(o[1])));
            foreach (string comparison in new[] { "eq", "ne", "lt", "le", "gt", "ge" })
                yield return Make($"setp.{comparison}.{type} d, a, b;", ["pred", t, t], 20, [v, v], o => Holds(comparison, N(o[0]).CompareTo(N(o[1]))) ? 1 : 0);
            if (type[0] == 's') yield return Make($"abs.{type} d, a;", [t, t], 20, [v], o => BigInteger.Abs(N(o[0])));
            if (type[0] == 's') yield return Make($"neg.{type} d, a;", [t, t], 20, [v], o => -N(o[0]));
        }
        ulong[] w = Values.Integers(32);
        yield return Make("add.sat.s32 d, a, b;", ["b32", "b32", "b32"], 30, [w, w], o => BigInteger.Clamp(Number(o[0], "s32") + Number(o[1], "s32"), int.MinValue, int.MaxValue));
        yield return Make("sub.sat.s32 d, a, b;", ["b32", "b32", "b32"], 30, [w, w], o => BigInteger.Clamp(Number(o[0], "s32") - Number(o[1], "s32"), int.MinValue, int.MaxValue));
        foreach (string type in new[] { "s32", "u32" })
        {
            BigInteger Low(ulong bits) => Number(bits & 0xFF_FFFF, type[0] + "24");
            yield return Make($"mul24.lo.{type} d, a, b;", ["b32", "b32", "b32"], 30, [w, w], o => Low(o[0]) * Low(o[1]));
            yield return Make($"mad24.lo.{type} d, a, b, c;", ["b32", "b32", "b32", "b32"], 30, [w, w, w], o => Low(o[0]) * Low(o[1]) + Number(o[2], type));
        }
        foreach (string comparison in new[] { "eq", "lt", "ge" })
        {
            yield return Make($"set.{comparison}.u32.s32 d, a, b;", ["b32", "b32", "b32"], 20, [w, w], o => Holds(comparison, Number(o[0], "s32").CompareTo(Number(o[1], "s32"))) ? uint.MaxValue : 0);
            yield return Make($"set.{comparison}.f32.u32 d, a, b;", ["b32", "b32", "b32"], 20, [w, w], o => Holds(comparison, o[0].CompareTo(o[1])) ? 0x3F80_0000 : 0);
        }
    }

    private static bool Holds(string comparison, int order) => comparison switch { "eq" => order == 0, "ne" => order != 0, "lt" => order < 0, "le" => order <= 0, "gt" => order > 0, _ => order >= 0 };

    private static IEnumerable<ConformanceSet> Shifts()
    {
        ulong[] amounts = [0, 1, 7, 15, 16, 17, 31, 32, 33, 63, 64, 65, 255, 0xFFFF_FFFF];
        foreach (int width in new[] { 16, 32, 64 })
        {
            string t = "b" + width;
            ulong[] v = Values.Integers(width);
            yield return Make($"shl.b{width} d, a, b;", [t, t, "b32"], 40, [v, amounts], o => o[1] >= (ulong)width ? 0 : (BigInteger)o[0] << (int)o[1]);
            yield return Make($"shr.u{width} d, a, b;", [t, t, "b32"], 40, [v, amounts], o => o[1] >= (ulong)width ? 0 : (BigInteger)o[0] >> (int)o[1]);
            yield return Make($"shr.s{width} d, a, b;", [t, t, "b32"], 40, [v, amounts], o => Number(o[0], "s" + width) >> (int)Math.Min(o[1], (ulong)width));
            foreach (string op in new[] { "and", "or", "xor" })
                yield return Make($"{op}.b{width} d, a, b;", [t, t, t], 20, [v, v], o => op == "and" ? o[0] & o[1] : op == "or" ? o[0] | o[1] : o[0] ^ o[1]);
            yield return Make($"not.b{width} d, a;", [t, t], 20, [v], o => ~o[0]);
            yield return Make($"cnot.b{width} d, a;", [t, t], 20, [v], o => o[0] == 0 ? 1 : 0);
        }
        ulong[] w = Values.Integers(32);
        foreach (string mode in new[] { "wrap", "clamp" })
        {
            int Amount(ulong c) => (int)(mode == "wrap" ? c & 31 : Math.Min(c, 32));
            yield return Make($"shf.l.{mode}.b32 d, a, b, c;", ["b32", "b32", "b32", "b32"], 40, [w, w, amounts], o => ((BigInteger)o[1] << 32 | o[0]) << Amount(o[2]) >> 32);
            yield return Make($"shf.r.{mode}.b32 d, a, b, c;", ["b32", "b32", "b32", "b32"], 40, [w, w, amounts], o => ((BigInteger)o[1] << 32 | o[0]) >> Amount(o[2]));
        }
    }

    private static IEnumerable<ConformanceSet> Fields()
    {
        ulong[] places = [0, 1, 5, 16, 31, 32, 40, 63, 64, 255], lengths = [0, 1, 4, 16, 31, 32, 33, 64, 255];
        foreach (string type in new[] { "u32", "s32", "u64", "s64" })
        {
            int width = int.Parse(type[1..], null);
            string t = "b" + width;
            yield return Make($"bfe.{type} d, a, b, c;", [t, t, "b32", "b32"], 60, [Values.Integers(width), places, lengths], o => Extract(o[0], (int)o[1], (int)o[2], width, type[0] == 's'));
        }
        foreach (int width in new[] { 32, 64 })
        {
            string t = "b" + width;
            ulong[] v = Values.Integers(width);
            yield return Make($"bfi.b{width} d, a, b, c, 9;", [t, t, t, "b32"], 40, [v, v, places], o => Insert(o[0], o[1], (int)o[2], 9, width));
            yield return Make($"popc.b{width} d, a;", ["b32", t], 20, [v], o => BitOperations.PopCount(o[0]));
            yield return Make($"clz.b{width} d, a;", ["b32", t], 20, [v], o => width - (int)((BigInteger)o[0]).GetBitLength());
            yield return Make($"brev.b{width} d, a;", [t, t], 20, [v], o => Enumerable.Range(0, width).Aggregate(BigInteger.Zero, (sum, i) => sum | (BigInteger)(o[0] >> i & 1) << width - 1 - i));
            foreach (string sign in new[] { "u", "s" })
            {
                BigInteger Top(ulong bits) => (BigInteger)(sign == "s" && (bits >> width - 1 & 1) != 0 ? ~bits & (width == 64 ? ulong.MaxValue : (1UL << width) - 1) : bits);
                yield return Make($"bfind.{sign}{width} d, a;", ["b32", t], 20, [v], o => (long)Top(o[0]).GetBitLength() - 1);
                yield return Make($"bfind.shiftamt.{sign}{width} d, a;", ["b32", t], 20, [v], o => Top(o[0]).IsZero ? -1 : width - (long)Top(o[0]).GetBitLength());
            }
        }
        ulong[] w = Values.Integers(32), bases = [0, 1, 5, 16, 30, 31], offsets = [0, 1, 2, 3, 7, 0xFFFF_FFFF, 0xFFFF_FFFE, 0xFFFF_FFF8];
        yield return Make("fns.b32 d, a, b, c;", ["b32", "b32", "b32", "b32"], 60, [w, bases, offsets], o => FindSet(o[0], (int)o[1], (int)o[2]));
        foreach (string mode in new[] { "wrap", "clamp" })
        {
            int Place(ulong bits) => (int)(mode == "wrap" ? bits & 31 : Math.Min(bits, 32));
            yield return Make($"bmsk.{mode}.b32 d, a, b;", ["b32", "b32", "b32"], 40, [places, lengths], o => (BigInteger.One << Place(o[1])) - 1 << Place(o[0]));
            foreach (string type in new[] { "u32", "s32" })
                yield return Make($"szext.{mode}.{type} d, a, b;", ["b32", "b32", "b32"], 40, [w, lengths], o => Extract(o[0], 0, Place(o[1]), 32, type[0] == 's'));
        }
    }

    /// <summary>The n-th set bit from a place on, upwards or, with a negative n, downwards; 0 asks for the place itself.</summary>
    private static BigInteger FindSet(ulong mask, int from, int n)
    {
        int[] set = [.. Enumerable.Range(0, 32).Where(i => (mask >> i & 1) != 0 && (n > 0 ? i >= from : n < 0 ? i <= from : i == from))];
        int rank = n < 0 ? set.Length + n : Math.Max(n - 1, 0);
        return rank >= 0 && rank < set.Length ? set[rank] : uint.MaxValue;
    }

    /// <summary>As the instruction set's pseudo-code has it, bit by bit.</summary>
    private static BigInteger Extract(ulong a, int position, int length, int width, bool signed)
    {
        BigInteger sign = !signed || length == 0 ? 0 : a >> Math.Min(position + length - 1, width - 1) & 1, result = 0;
        for (int i = 0; i < width; i++) result |= (i < length && position + i < width ? a >> position + i & 1 : sign) << i;
        return result;
    }

    private static BigInteger Insert(ulong a, ulong b, int position, int length, int width)
    {
        BigInteger result = b;
        for (int i = 0; i < length && position + i < width; i++)
            result = result & ~(BigInteger.One << position + i) | (BigInteger)(a >> i & 1) << position + i;
        return result;
    }

    private static IEnumerable<ConformanceSet> Special()
    {
        ulong[] w = Values.Integers(32), x = Values.Integers(64), selectors = [0x3210, 0x7654, 0x0123, 0xFEDC, 0x8888, 0x1717, 0x9A0F, 0x4501];
        string[] three = ["b32", "b32", "b32", "b32"];
        yield return Make("prmt.b32 d, a, b, c;", three, 40, [w, w, selectors], o => Permute(o[0], o[1], o[2]));
        foreach ((string mode, Func<int, int, int> from) in new (string, Func<int, int, int>)[]
        {
            ("f4e", (i, c) => i + c), ("b4e", (i, c) => c - i + 8 & 7), ("rc8", (_, c) => c), ("ecl", Math.Max), ("ecr", Math.Min), ("rc16", (i, c) => i % 2 + c % 2 * 2),
        })
        {
            yield return Make($"prmt.b32.{mode} d, a, b, c;", three, 20, [w, w, [0, 1, 2, 3]], o => Enumerable.Range(0, 4).Aggregate(BigInteger.Zero, (sum, i) =>
                sum | (BigInteger)((o[1] << 32 | o[0]) >> 8 * from(i, (int)o[2]) & 0xFF) << 8 * i));
        }
        foreach (int table in new[] { 0x96, 0xE8, 0xCA, 0x1E, 0x80, 0x01 })
            yield return Make($"lop3.b32 d, a, b, c, {table};", three, 20, [w, w, w], o => Enumerable.Range(0, 32).Aggregate(BigInteger.Zero, (sum, i) =>
                sum | (BigInteger)(table >> (int)((o[0] >> i & 1) << 2 | (o[1] >> i & 1) << 1 | o[2] >> i & 1) & 1) << i));
        foreach (string a in new[] { "s32", "u32" })
        {
            foreach (string b in new[] { "s32", "u32" })
            {
                BigInteger Part(ulong bits, string type, int size) => Number(bits & (1UL << size) - 1, type[0] + size.ToString(System.Globalization.CultureInfo.InvariantCulture));
                yield return Make($"dp4a.{a}.{b} d, a, b, c;", three, 20, [w, w, w], o => o[2] + Enumerable.Range(0, 4).Aggregate(BigInteger.Zero, (sum, i) => sum + Part(o[0] >> 8 * i, a, 8) * Part(o[1] >> 8 * i, b, 8)));
                foreach ((string half, int shift) in new[] { ("lo", 0), ("hi", 16) })
                    yield return Make($"dp2a.{half}.{a}.{b} d, a, b, c;", three, 20, [w, w, w], o => o[2] + Enumerable.Range(0, 2).Aggregate(BigInteger.Zero, (sum, i) => sum + Part(o[0] >> 16 * i, a, 16) * Part(o[1] >> shift + 8 * i, b, 8)));
            }
        }
        yield return Make("{ .reg .b32 l; add.cc.u32 l, a, b; addc.u32 d, a, c; }", three, 30, [w, w, w], o => o[0] + (BigInteger)o[2] + (o[0] + o[1] >> 32));
        yield return Make("{ .reg .b32 l; sub.cc.u32 l, a, b; subc.u32 d, a, c; }", three, 30, [w, w, w], o => (BigInteger)o[0] - o[2] - (o[0] < o[1] ? 1 : 0));
        yield return Make("{ .reg .b64 l; add.cc.u64 l, a, b; addc.u64 d, a, c; }", ["b64", "b64", "b64", "b64"], 30, [x, x, x], o => (BigInteger)o[0] + o[2] + ((BigInteger)o[0] + o[1] >> 64));
        yield return Make("{ .reg .b32 l; mad.lo.cc.u32 l, a, b, c; madc.hi.u32 d, a, b, c; }", three, 30, [w, w, w], o => ((BigInteger)o[0] * o[1] >> 32) + o[2] + (((o[0] * o[1] & 0xFFFF_FFFF) + o[2]) >> 32));
        yield return Make("{ .reg .pred p; setp.lt.s32 p, c, 0; selp.b32 d, a, b, p; }", three, 20, [w, w, w], o => (int)o[2] < 0 ? o[0] : o[1]);
        yield return Make("{ .reg .pred p; setp.gt.u32 p, c, 5; set.eq.and.u32.s32 d, a, b, p; }", three, 30, [w, w, w], o => o[0] == o[1] && o[2] > 5 ? uint.MaxValue : 0);
        yield return Make("mov.b32 d, {a, b};", ["b32", "b16", "b16"], 20, [Values.Integers(16), Values.Integers(16)], o => o[1] << 16 | o[0]);
        yield return Make("mov.b64 d, {a, b};", ["b64", "b32", "b32"], 20, [w, w], o => o[1] << 32 | o[0]);
        yield return Make("{ .reg .b16 l; mov.b32 {l, d}, a; }", ["b16", "b32"], 20, [w], o => o[0] >> 16);
        yield return Make("slct.b32.s32 d, a, b, c;", three, 20, [w, w, w], o => (int)o[2] >= 0 ? o[0] : o[1]);
        yield return Make("{ .reg .pred p; setp.gt.u32 p, c, 5; setp.eq.and.s32 d, a, b, !p; }", ["pred", "b32", "b32", "b32"], 30, [w, w, w], o => o[0] == o[1] && o[2] <= 5 ? 1 : 0);
        yield return Make("{ .reg .pred p; setp.ne.or.u32 p|d, a, b, 0; }", ["pred", "b32", "b32"], 20, [w, w], o => o[0] == o[1] ? 1 : 0);
        foreach ((string to, string from) in new[] { ("u16", "u32"), ("s16", "s32"), ("u32", "u64"), ("s64", "s32"), ("u64", "u32"), ("s32", "s16"), ("u32", "u8"), ("s32", "s8"), ("u64", "s16") })
        {
            int source = Math.Max(16, int.Parse(from[1..], null)), target = Math.Max(16, int.Parse(to[1..], null));
            ulong low = (1UL << int.Parse(from[1..], null) - 1 << 1) - 1;
            yield return Make($"cvt.{to}.{from} d, a;", ["b" + target, "b" + source], 20, [Values.Integers(source)], o => Number(o[0] & low, from));
        }
        foreach ((string to, string from) in new[] { ("s8", "s32"), ("u8", "s32"), ("s16", "u32"), ("u32", "s64"), ("s32", "u64") })
        {
            int width = int.Parse(to[1..], null), source = int.Parse(from[1..], null);
            BigInteger least = to[0] == 's' ? -(BigInteger.One << width - 1) : 0, most = (BigInteger.One << (to[0] == 's' ? width - 1 : width)) - 1;
            yield return Make($"cvt.sat.{to}.{from} d, a;", ["b" + Math.Max(32, width), "b" + source], 20, [Values.Integers(source)], o => BigInteger.Clamp(Number(o[0], from), least, most));
        }
    }

    private static BigInteger Permute(ulong a, ulong b, ulong selector)
    {
        ulong bytes = b << 32 | a;
        BigInteger result = 0;
        for (int i = 0; i < 4; i++)
        {
            int pick = (int)(selector >> 4 * i & 15);
            ulong value = bytes >> 8 * (pick & 7) & 0xFF;
            if (pick >= 8) value = value >= 0x80 ? 0xFFUL : 0;
            result |= (BigInteger)value << 8 * i;
        }
        return result;
    }
}
