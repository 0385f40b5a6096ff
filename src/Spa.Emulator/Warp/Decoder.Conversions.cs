using Spa.Emulator.Counters;
using Spa.Emulator.Ptx;

namespace Spa.Emulator.Warp;

internal sealed unsafe partial class Decoder
{
    private void Convert(Instruction i)
    {
        PtxType[] types = [.. _statement.Parts.Skip(1).Select(PtxTypes.Find).Where(t => t != PtxType.None)];
        if (types.Length < 2) throw Error("expected two types");
        (PtxType to, PtxType from) = (types[^2], types[^1]);
        string rounding = Rounding("");
        bool flush = Has("ftz"), saturate = Has("sat"), relu = Has("relu");
        i.Class = InstructionClass.Conversion;
        i.D = Out(Operand(0));
        i.WidthD = WidthOf(Operand(0), to);
        i.A = In(Operand(1), from);
        i.WidthA = WidthOf(Operand(1), from);
        if (to is PtxType.BF16x2 or PtxType.F16x2)
        {
            // The first source is the upper half.
            i.B = In(Operand(2), from);
            Func<double, ulong> narrow = to == PtxType.BF16x2 ? x => Lane.ToBf(x, rounding) : Lane.ToHalf;
            ulong One(ulong bits)
            {
                float value = Lane.F(bits);
                return (relu && value < 0 ? 0 : narrow(value)) & 0xFFFF;
            }
            Function(i, (a, b, _) => One(a) << 16 | One(b));
            return;
        }
        bool toFloat = PtxTypes.IsFloat(to), fromFloat = PtxTypes.IsFloat(from);
        if (!toFloat && !fromFloat)
        {
            ConvertIntegers(i, to, from, saturate);
            return;
        }
        if (to == PtxType.F32 && from == PtxType.S32 && rounding == "rn")
        {
            i.Run = &Vectors.Unary<ToFloatSigned>;
            return;
        }
        if (toFloat && fromFloat && rounding is "rni" or "rzi" or "rmi" or "rpi")
        {
            Function(i, (a, _, _) => FromDouble(Lane.Round(Lane.Value(Flushed(a), from), rounding), to, "rn", saturate));
            return;
        }
        if (toFloat && !fromFloat)
        {
            Function(i, from is PtxType.S64 ? (a, _, _) => FromLong((long)a, to, rounding) : from is PtxType.U64 ? (a, _, _) => FromULong(a, to, rounding) : (a, _, _) => FromDouble(Lane.Value(a, from), to, rounding, saturate));
            return;
        }
        if (toFloat)
        {
            Function(i, (a, _, _) =>
            {
                ulong d = FromDouble(Lane.Value(Flushed(a), from), to, rounding, saturate);
                return flush && to == PtxType.F32 ? Lane.Flush(d) : relu && to is PtxType.F16 or PtxType.BF16 && (d & 0x8000) != 0 ? 0 : d;
            });
            return;
        }
        Function(i, (a, _, _) => Lane.Clamp(Lane.Round(Lane.Value(Flushed(a), from), rounding), to));

        ulong Flushed(ulong a) => flush && from == PtxType.F32 ? Lane.Flush(a) : a;
    }

    private static ulong FromDouble(double value, PtxType to, string rounding, bool saturate)
    {
        if (saturate) value = value >= 0 ? Math.Min(value, 1) : 0;
        return to switch
        {
            PtxType.F64 => Lane.B(value),
            PtxType.F16 => Lane.ToHalf(value),
            PtxType.BF16 => Lane.ToBf(value, rounding),
            PtxType.TF32 => (ulong)(BitConverter.SingleToUInt32Bits((float)value) + 0x1000 & 0xFFFFE000),
            _ => Lane.B(Lane.ToSingle(value, rounding)),
        };
    }

    // 64-bit integers do not fit a float64 exactly: the runtime's own conversions round once.
    private static ulong FromLong(long value, PtxType to, string rounding) =>
        to == PtxType.F64 ? Lane.B((double)value) : rounding == "rn" && to == PtxType.F32 ? Lane.B((float)value) : FromDouble(value, to, rounding, false);

    private static ulong FromULong(ulong value, PtxType to, string rounding) =>
        to == PtxType.F64 ? Lane.B((double)value) : rounding == "rn" && to == PtxType.F32 ? Lane.B((float)value) : FromDouble(value, to, rounding, false);

    private void ConvertIntegers(Instruction i, PtxType to, PtxType from, bool saturate)
    {
        int toSize = PtxTypes.Size(to), fromSize = PtxTypes.Size(from);
        if (saturate)
        {
            Function(i, (a, _, _) => Lane.Clamp(Lane.Value(a, from), to));
            return;
        }
        if (fromSize == 4 && toSize == 8 && i.WidthA == 4 && i.WidthD == 8)
        {
            if (PtxTypes.IsSigned(from)) i.Run = &Vectors.ExtendSigned;
            else i.Run = &Vectors.ExtendUnsigned;
            return;
        }
        if (fromSize == 8 && toSize == 4 && i.WidthA == 8 && i.WidthD == 4)
        {
            i.Run = &Vectors.Narrow;
            return;
        }
        if (fromSize == 4 && toSize == 4 && i.WidthA == 4 && i.WidthD == 4)
        {
            i.Run = &Vectors.Move;
            return;
        }
        // The narrower of the two decides; a narrow result is extended as its own type where the register is wider.
        PtxType least = toSize < fromSize ? to : from;
        int bytes = Math.Max(toSize, i.WidthD == 8 ? 8 : toSize < 4 ? 2 : 4);
        ulong mask = bytes == 8 ? ulong.MaxValue : bytes == 2 ? 0xFFFFul : uint.MaxValue;
        Function(i, (a, _, _) => (ulong)Lane.Integer((ulong)Lane.Integer(a, from), least) & mask);
    }

    private void Compare(Instruction i)
    {
        PtxType type = LastType();
        string comparison = _statement.Parts[1];
        i.Class = InstructionClass.Predicate;
        PredicateResult(i, Operand(0));
        (PtxOperand a, PtxOperand b) = (Operand(1), Operand(2));
        if (_statement.Operands.Length > 3)
        {
            i.C = In(Operand(3), PtxType.Pred);
            i.GuardedOperandNegated = Operand(3).Negated;
            i.Mode = Has("and") ? Predicates.And : Has("or") ? Predicates.Or : Predicates.Xor;
        }
        if (type == PtxType.F32 && Has("ftz")) comparison = "slow " + comparison;
        // gt and ge are lt and le the other way round.
        if (comparison is "gt" or "ge" or "hi" or "hs" && type is not (PtxType.F16 or PtxType.BF16))
        {
            (a, b) = (b, a);
            comparison = comparison is "gt" or "hi" ? "lt" : "le";
        }
        if (comparison is "lo") comparison = "lt";
        if (comparison is "ls") comparison = "le";
        i.A = In(a, type);
        i.B = In(b, type);
        i.WidthA = WidthOf(a, type);
        i.WidthB = WidthOf(b, type);
        i.Run = (type, comparison) switch
        {
            (PtxType.S32 or PtxType.U32 or PtxType.B32, "eq") => &Vectors.Compare<EqualInt>,
            (PtxType.S32 or PtxType.U32 or PtxType.B32, "ne") => &Vectors.Compare<UnequalInt>,
            (PtxType.S32, "lt") => &Vectors.Compare<LessSigned>,
            (PtxType.S32, "le") => &Vectors.Compare<LessEqualSigned>,
            (PtxType.U32, "lt") => &Vectors.Compare<LessUnsigned>,
            (PtxType.U32, "le") => &Vectors.Compare<LessEqualUnsigned>,
            (PtxType.F32, "lt") => &Vectors.Compare<LessFloat>,
            (PtxType.F32, "le") => &Vectors.Compare<LessEqualFloat>,
            (PtxType.F32, "eq") => &Vectors.Compare<EqualFloat>,
            (PtxType.S64, "lt") => &Vectors.Compare64<LessWideSigned>,
            (PtxType.S64 or PtxType.U64 or PtxType.B64, "eq") => &Vectors.Compare64<EqualWide>,
            _ => null,
        };
        if (i.Run != null) return;
        bool flush = comparison.StartsWith("slow ", StringComparison.Ordinal);
        i.Extra = Comparison(flush ? comparison[5..] : comparison, type, flush);
        i.Run = &Vectors.LanewisePredicate;
    }

    private Func<ulong, ulong, ulong, ulong> Comparison(string comparison, PtxType type, bool flush)
    {
        if (PtxTypes.IsFloat(type))
        {
            Func<double, double, bool> f = comparison switch
            {
                "eq" => (a, b) => a == b,
                "ne" => (a, b) => a < b || a > b,
                "lt" => (a, b) => a < b,
                "le" => (a, b) => a <= b,
                "gt" => (a, b) => a > b,
                "ge" => (a, b) => a >= b,
                "equ" => (a, b) => a == b || Unordered(a, b),
                "neu" => (a, b) => a != b,
                "ltu" => (a, b) => !(a >= b),
                "leu" => (a, b) => !(a > b),
                "gtu" => (a, b) => !(a <= b),
                "geu" => (a, b) => !(a < b),
                "num" => (a, b) => !Unordered(a, b),
                "nan" => Unordered,
                _ => throw Error($"unknown comparison '{comparison}'"),
            };
            return (a, b, _) => f(Lane.Value(flush ? Lane.Flush(a) : a, type), Lane.Value(flush ? Lane.Flush(b) : b, type)) ? 1ul : 0;
        }
        bool unsigned64 = type is PtxType.U64 or PtxType.B64;
        int Order(ulong a, ulong b) => unsigned64 ? a.CompareTo(b) : Lane.Integer(a, type).CompareTo(Lane.Integer(b, type));
        return comparison switch
        {
            "eq" => (a, b, _) => Order(a, b) == 0 ? 1ul : 0,
            "ne" => (a, b, _) => Order(a, b) != 0 ? 1ul : 0,
            "lt" => (a, b, _) => Order(a, b) < 0 ? 1ul : 0,
            "le" => (a, b, _) => Order(a, b) <= 0 ? 1ul : 0,
            _ => throw Error($"unknown comparison '{comparison}'"),
        };
    }

    private static bool Unordered(double a, double b) => double.IsNaN(a) || double.IsNaN(b);

    /// <summary>set.cmp.dtype.stype d, a, b: all ones or 1.0 where it holds.</summary>
    private void SetValue(Instruction i)
    {
        PtxType[] types = [.. _statement.Parts.Skip(2).Select(PtxTypes.Find).Where(t => t != PtxType.None)];
        if (types.Length != 2 || _statement.Operands.Length != 3) throw Error("this form is not supported");
        i.D = Out(Operand(0));
        i.WidthD = WidthOf(Operand(0), types[0]);
        (i.A, i.B) = (In(Operand(1), types[1]), In(Operand(2), types[1]));
        (i.WidthA, i.WidthB) = (WidthOf(Operand(1), types[1]), WidthOf(Operand(2), types[1]));
        string comparison = _statement.Parts[1];
        bool swap = comparison is "gt" or "ge" && !PtxTypes.IsFloat(types[1]);
        Func<ulong, ulong, ulong, ulong> f = Comparison(swap ? comparison == "gt" ? "lt" : "le" : comparison, types[1], Has("ftz"));
        ulong yes = types[0] == PtxType.F32 ? 0x3F800000 : uint.MaxValue;
        Function(i, (a, b, _) => (swap ? f(b, a, 0) : f(a, b, 0)) != 0 ? yes : 0);
    }
}
