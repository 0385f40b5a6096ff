using System.Numerics;

namespace Spa.Emulator.Tests.Conformance;

/// <summary>Cases of floating-point instructions, from <see cref="Exact"/>.</summary>
internal static class FloatSets
{
    private static readonly string[] s_roundings = ["rn", "rz", "rm", "rp"];

    public static IEnumerable<ConformanceSet> All() => Arithmetic().Concat(MinMax()).Concat(Comparisons()).Concat(Conversions());

    private static ConformanceSet Make(string instruction, string[] types, int count, ulong[][] operands, Func<ulong[], ulong> expected) =>
        new(instruction, types, [.. Values.Tuples(count, operands).Select(o => (o, expected(o)))]);

    private static string Load(FloatFormat f) => f.Bits switch { 16 => "b16", 32 => "b32", _ => "b64" };

    private static IEnumerable<ConformanceSet> Arithmetic()
    {
        foreach (FloatFormat f in new[] { FloatFormat.F32, FloatFormat.F64, FloatFormat.F16, FloatFormat.BF16 })
        {
            string t = Load(f);
            ulong[] v = Values.Floats(f);
            foreach (string r in f == FloatFormat.F32 ? s_roundings : ["rn"])
            {
                // bfloat16 addition and multiplication need sm_90; its fused multiply-add does not.
                if (f != FloatFormat.BF16)
                {
                    yield return Make($"add.{r}.{f.Name} d, a, b;", [t, t, t], 40, [v, v], o => Exact.Add(f, o[0], o[1], r));
                    yield return Make($"mul.{r}.{f.Name} d, a, b;", [t, t, t], 40, [v, v], o => Exact.Multiply(f, o[0], o[1], r));
                }
                if (f == FloatFormat.F32) yield return Make($"sub.{r}.{f.Name} d, a, b;", [t, t, t], 40, [v, v], o => Exact.Add(f, o[0], o[1] ^ f.Sign, r));
                yield return Make($"fma.{r}.{f.Name} d, a, b, c;", [t, t, t, t], 60, [v, v, v], o => Exact.Fused(f, o[0], o[1], o[2], r));
                if (f.Bits == 16) continue;
                yield return Make($"div.{r}.{f.Name} d, a, b;", [t, t, t], 40, [v, v], o => Exact.Divide(f, o[0], o[1], r));
                yield return Make($"sqrt.{r}.{f.Name} d, a;", [t, t], 30, [v], o => Exact.Root(f, o[0], r));
                yield return Make($"rcp.{r}.{f.Name} d, a;", [t, t], 30, [v], o => Exact.Divide(f, (ulong)f.Bias << f.Fraction, o[0], r));
            }
        }
        FloatFormat s = FloatFormat.F32;
        ulong[] w = Values.Floats(s);
        ulong Flush(ulong bits) => Exact.Flush(s, bits);
        yield return Make("add.rn.ftz.f32 d, a, b;", ["b32", "b32", "b32"], 40, [w, w], o => Flush(Exact.Add(s, Flush(o[0]), Flush(o[1]), "rn")));
        yield return Make("mul.rn.ftz.f32 d, a, b;", ["b32", "b32", "b32"], 40, [w, w], o => Flush(Exact.Multiply(s, Flush(o[0]), Flush(o[1]), "rn")));
        yield return Make("fma.rn.ftz.f32 d, a, b, c;", ["b32", "b32", "b32", "b32"], 60, [w, w, w], o => Flush(Exact.Fused(s, Flush(o[0]), Flush(o[1]), Flush(o[2]), "rn")));
        yield return Make("add.rn.sat.f32 d, a, b;", ["b32", "b32", "b32"], 40, [w, w], o => Saturate(Exact.Add(s, o[0], o[1], "rn")));
        yield return Make("fma.rn.sat.f32 d, a, b, c;", ["b32", "b32", "b32", "b32"], 60, [w, w, w], o => Saturate(Exact.Fused(s, o[0], o[1], o[2], "rn")));
        yield return Make("add.rm.f64 d, a, b;", ["b64", "b64", "b64"], 40, [Values.Floats(FloatFormat.F64), Values.Floats(FloatFormat.F64)], o => Exact.Add(FloatFormat.F64, o[0], o[1], "rm"));
        yield return Make("mul.rz.f64 d, a, b;", ["b64", "b64", "b64"], 40, [Values.Floats(FloatFormat.F64), Values.Floats(FloatFormat.F64)], o => Exact.Multiply(FloatFormat.F64, o[0], o[1], "rz"));
        yield return Make("neg.f32 d, a;", ["b32", "b32"], 30, [w], o => s.IsNan(o[0]) ? s.Nan : o[0] ^ s.Sign);
        yield return Make("abs.f32 d, a;", ["b32", "b32"], 30, [w], o => s.IsNan(o[0]) ? s.Nan : o[0] & ~s.Sign);
        yield return Make("copysign.f32 d, a, b;", ["b32", "b32", "b32"], 30, [w, w], o => o[0] & s.Sign | o[1] & ~s.Sign);
    }

    private static ulong Saturate(ulong bits)
    {
        FloatFormat f = FloatFormat.F32;
        if (f.IsNan(bits) || f.IsNegative(bits)) return 0;
        return Math.Min(bits, 0x3F80_0000);
    }

    private static IEnumerable<ConformanceSet> MinMax()
    {
        foreach (FloatFormat f in new[] { FloatFormat.F32, FloatFormat.F64, FloatFormat.F16 })
        {
            string t = Load(f);
            ulong[] v = Values.Floats(f);
            foreach (string op in new[] { "min", "max" })
            {
                yield return Make($"{op}.{f.Name} d, a, b;", [t, t, t], 60, [v, v], o => Extreme(f, op, o[0], o[1], false));
                if (f.Bits < 64) yield return Make($"{op}.NaN.{f.Name} d, a, b;", [t, t, t], 60, [v, v], o => Extreme(f, op, o[0], o[1], true));
            }
        }
    }

    private static ulong Extreme(FloatFormat f, string op, ulong a, ulong b, bool nan)
    {
        if (f.IsNan(a) || f.IsNan(b)) return nan || f.IsNan(a) && f.IsNan(b) ? f.Nan : f.IsNan(a) ? b : a;
        int order = Exact.Compare(f, a, b)!.Value;
        // -0 lies below +0.
        if (order == 0) order = f.IsNegative(b).CompareTo(f.IsNegative(a));
        return order < 0 == (op == "min") ? a : b;
    }

    private static IEnumerable<ConformanceSet> Comparisons()
    {
        foreach (FloatFormat f in new[] { FloatFormat.F32, FloatFormat.F64, FloatFormat.F16 })
        {
            string t = Load(f);
            ulong[] v = Values.Floats(f);
            foreach (string comparison in new[] { "eq", "ne", "lt", "le", "gt", "ge", "equ", "neu", "ltu", "leu", "gtu", "geu", "num", "nan" })
                yield return Make($"setp.{comparison}.{f.Name} d, a, b;", ["pred", t, t], 30, [v, v], o => Holds(comparison, Exact.Compare(f, o[0], o[1])) ? 1UL : 0);
        }
        foreach (FloatFormat f in new[] { FloatFormat.F32, FloatFormat.F64 })
        {
            foreach ((string property, Func<ulong, bool> holds) in new (string, Func<ulong, bool>)[]
            {
                ("finite", bits => !f.IsNan(bits) && !f.IsInfinite(bits)), ("infinite", f.IsInfinite), ("number", bits => !f.IsNan(bits)), ("notanumber", f.IsNan),
                ("normal", bits => (bits & f.Infinity) != 0 && !f.IsNan(bits) && !f.IsInfinite(bits)), ("subnormal", f.IsSubnormal),
            })
            {
                yield return Make($"testp.{property}.{f.Name} d, a;", ["pred", Load(f)], 30, [Values.Floats(f)], o => holds(o[0]) ? 1UL : 0);
            }
        }
    }

    private static bool Holds(string comparison, int? order) => comparison switch
    {
        "num" => order is not null,
        "nan" => order is null,
        _ when order is null => comparison.Length == 3,
        "eq" or "equ" => order == 0,
        "ne" or "neu" => order != 0,
        "lt" or "ltu" => order < 0,
        "le" or "leu" => order <= 0,
        "gt" or "gtu" => order > 0,
        _ => order >= 0,
    };

    private static IEnumerable<ConformanceSet> Conversions()
    {
        (FloatFormat From, FloatFormat To, string[] Roundings)[] narrow =
        [
            (FloatFormat.F64, FloatFormat.F32, s_roundings), (FloatFormat.F32, FloatFormat.F16, ["rn", "rz"]), (FloatFormat.F32, FloatFormat.BF16, ["rn", "rz"]), (FloatFormat.F64, FloatFormat.F16, ["rn"]),
        ];
        foreach ((FloatFormat from, FloatFormat to, string[] roundings) in narrow)
            foreach (string r in roundings) yield return Make($"cvt.{r}.{to.Name}.{from.Name} d, a;", [Load(to), Load(from)], 40, [Narrowing(from, to)], o => Convert(from, to, o[0], r));
        foreach ((FloatFormat from, FloatFormat to) in new[] { (FloatFormat.F16, FloatFormat.F32), (FloatFormat.F32, FloatFormat.F64), (FloatFormat.F16, FloatFormat.F64) })
            yield return Make($"cvt.{to.Name}.{from.Name} d, a;", [Load(to), Load(from)], 30, [Values.Floats(from)], o => Convert(from, to, o[0], "rn"));
        foreach (FloatFormat from in new[] { FloatFormat.F32, FloatFormat.F64, FloatFormat.F16 })
        {
            foreach (string type in new[] { "s32", "u32", "s64", "u64", "s16", "u8", "s8" })
            {
                foreach (string r in new[] { "rni", "rzi", "rmi", "rpi" })
                {
                    if (r != "rzi" && type != "s32") continue;
                    string register = type is "u8" or "s8" ? "b32" : "b" + type[1..];
                    yield return Make($"cvt.{r}.{type}.{from.Name} d, a;", [register, Load(from)], 40, [Wholes(from)], o => ToInteger(from, o[0], r, type));
                }
            }
        }
        foreach (FloatFormat to in new[] { FloatFormat.F32, FloatFormat.F64, FloatFormat.F16 })
        {
            foreach (string type in new[] { "s32", "u32", "s64", "u64" })
            {
                foreach (string r in s_roundings)
                {
                    int bits = int.Parse(type[1..], null);
                    yield return Make($"cvt.{r}.{to.Name}.{type} d, a;", [Load(to), "b" + bits], 20, [Values.Integers(bits)], o => Exact.Round(to, Signed(o[0], type), 1, 0, r));
                }
            }
        }
        FloatFormat s = FloatFormat.F32;
        foreach (string r in new[] { "rni", "rzi", "rmi", "rpi" })
            yield return Make($"cvt.{r}.f32.f32 d, a;", ["b32", "b32"], 40, [Wholes(s)], o => s.IsNan(o[0]) ? s.Nan : s.IsInfinite(o[0]) ? o[0] : Exact.Round(s, Exact.Whole(s, o[0], r), 1, 0, "rn", s.IsNegative(o[0])));
        yield return Make("cvt.sat.f32.f32 d, a;", ["b32", "b32"], 30, [Values.Floats(s)], o => Saturate(o[0]));
        yield return Make("cvt.rn.bf16x2.f32 d, a, b;", ["b32", "b32", "b32"], 40, [Values.Floats(s), Values.Floats(s)], o => Convert(s, FloatFormat.BF16, o[0], "rn") << 16 | Convert(s, FloatFormat.BF16, o[1], "rn"));
        yield return Make("cvt.rn.f16x2.f32 d, a, b;", ["b32", "b32", "b32"], 40, [Values.Floats(s), Values.Floats(s)], o => Convert(s, FloatFormat.F16, o[0], "rn") << 16 | Convert(s, FloatFormat.F16, o[1], "rn"));
        yield return Make("cvt.rn.relu.bf16.f32 d, a;", ["b16", "b32"], 30, [Values.Floats(s)], o => s.IsNan(o[0]) ? FloatFormat.BF16.Nan : s.IsNegative(o[0]) ? 0 : Convert(s, FloatFormat.BF16, o[0], "rn"));
    }

    private static ulong Convert(FloatFormat from, FloatFormat to, ulong bits, string rounding)
    {
        if (from.IsNan(bits)) return to.Nan;
        if (from.IsInfinite(bits)) return to.Infinity | (from.IsNegative(bits) ? to.Sign : 0);
        (BigInteger m, int e) = Exact.Value(from, bits);
        return Exact.Round(to, m, 1, e, rounding, from.IsNegative(bits));
    }

    /// <summary>The edges of both formats, and the middles between neighbours of the narrow one.</summary>
    private static ulong[] Narrowing(FloatFormat from, FloatFormat to)
    {
        List<ulong> values = [.. Values.Floats(from)];
        foreach (ulong bits in Values.Floats(to))
        {
            if (to.IsNan(bits) || to.IsInfinite(bits)) continue;
            (BigInteger m, int e) = Exact.Value(to, bits);
            values.Add(Exact.Round(from, m * 2 + 1, 1, e - 1, "rn"));
            values.Add(Exact.Round(from, m * 4 + 1, 1, e - 2, "rn"));
        }
        return [.. values.Distinct()];
    }

    /// <summary>Numbers around whole ones, halves, and the limits of the integer types.</summary>
    private static ulong[] Wholes(FloatFormat f)
    {
        List<ulong> values = [.. Values.Floats(f)];
        foreach (int power in new[] { 7, 8, 15, 16, 31, 32, 63, 64 })
        {
            if (power >= 1 << f.Exponent - 1) continue;
            ulong limit = Exact.Round(f, BigInteger.One << power, 1, 0, "rn");
            values.AddRange([limit, limit - 1, limit | f.Sign, limit + 1 | f.Sign, limit - 1 | f.Sign]);
        }
        foreach (int halves in new[] { 1, 3, 5, 7, 9 }) values.AddRange([Exact.Round(f, halves, 2, 0, "rn"), Exact.Round(f, -halves, 2, 0, "rn")]);
        return [.. values.Distinct()];
    }

    private static BigInteger Signed(ulong bits, string type)
    {
        int width = int.Parse(type[1..], null);
        return type[0] == 's' && (bits >> width - 1 & 1) != 0 ? (BigInteger)bits - (BigInteger.One << width) : bits;
    }

    private static ulong ToInteger(FloatFormat from, ulong bits, string rounding, string type)
    {
        int width = int.Parse(type[1..], null);
        bool signed = type[0] == 's';
        BigInteger most = (BigInteger.One << (signed ? width - 1 : width)) - 1, least = signed ? -(BigInteger.One << width - 1) : 0;
        BigInteger value;
        if (from.IsNan(bits)) value = from.Bits == 64 || width == 64 ? BigInteger.One << width - 1 : 0;
        else if (from.IsInfinite(bits)) value = from.IsNegative(bits) ? least : most;
        else value = BigInteger.Clamp(Exact.Whole(from, bits, rounding), least, most);
        // Narrow results are extended in their register.
        int register = Math.Max(width, width == 8 ? 32 : width);
        if (signed && value >= BigInteger.One << width - 1) value -= BigInteger.One << width;
        return (ulong)(value & (BigInteger.One << register) - 1);
    }
}
