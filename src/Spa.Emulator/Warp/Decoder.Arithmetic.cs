using System.Numerics;
using Spa.Emulator.Counters;
using Spa.Emulator.Ptx;

namespace Spa.Emulator.Warp;

internal sealed unsafe partial class Decoder
{
    private void Arithmetic(Instruction i)
    {
        string name = _statement.Parts[0];
        PtxType type = LastType();
        bool wide = PtxTypes.Size(type) == 8, isFloat = PtxTypes.IsFloat(type) || type is PtxType.F16x2 or PtxType.BF16x2;
        int sources = _statement.Operands.Length - 1;
        // mul.wide and mad.wide: the operands have the type, the result (and addend) twice its size.
        bool widening = Has("wide");
        PtxType resultType = widening ? type is PtxType.S16 ? PtxType.S32 : type is PtxType.U16 ? PtxType.U32 : type is PtxType.S32 ? PtxType.S64 : PtxType.U64 : type;
        i.D = Out(Operand(0));
        i.WidthD = WidthOf(Operand(0), resultType);
        PtxType second = name is "shl" or "shr" ? PtxType.U32 : name is "bfe" ? PtxType.U32 : type;
        PtxType third = widening ? resultType : name is "bfe" or "bfi" or "shf" or "lop3" or "prmt" ? PtxType.U32 : type;
        if (name is "dp4a" or "dp2a") third = PtxType.S32;
        if (sources > 0)
        {
            i.A = In(Operand(1), type);
            i.WidthA = WidthOf(Operand(1), type);
        }
        if (sources > 1)
        {
            i.B = In(Operand(2), second);
            i.WidthB = WidthOf(Operand(2), second);
        }
        if (sources > 2)
        {
            i.C = In(Operand(3), third);
            i.WidthC = WidthOf(Operand(3), third);
        }
        i.Class = type switch
        {
            PtxType.F32 => InstructionClass.Float32,
            PtxType.F64 => InstructionClass.Float64,
            PtxType.F16 or PtxType.BF16 or PtxType.F16x2 or PtxType.BF16x2 => InstructionClass.Half,
            _ => InstructionClass.Integer,
        };
        if (isFloat) i.Flops = (name is "fma" or "mad" ? 2 : 1) * (type is PtxType.F16x2 or PtxType.BF16x2 ? 2 : 1);
        if (Has("cc") || name is "addc" or "subc" or "madc") throw Error("carries are not supported");
        if (type == PtxType.F32) Float32(i, name);
        else if (type == PtxType.F64) Float64(i, name);
        else if (isFloat) HalfArithmetic(i, name, type);
        else if (wide && !widening) Integer64(i, name, type);
        else Integer32(i, name, type, widening);
    }

    private void Float32(Instruction i, string name)
    {
        string rounding = Rounding();
        bool flush = Has("ftz"), saturate = Has("sat"), plain = rounding == "rn" && !flush && !saturate;
        if (plain)
        {
            switch (name)
            {
                case "add":
                    i.Run = &Vectors.Binary<AddFloat>;
                    return;
                case "sub":
                    i.Run = &Vectors.Binary<SubFloat>;
                    return;
                case "mul":
                    i.Run = &Vectors.Binary<MulFloat>;
                    return;
                case "fma" or "mad":
                    i.Run = &Vectors.Ternary<FmaFloat>;
                    return;
                case "div":
                    i.Run = &Vectors.Binary<DivFloat>;
                    return;
                case "min" when !Has("NaN") && !Has("xorsign"):
                    i.Run = &Vectors.Binary<MinFloat>;
                    return;
                case "max" when !Has("NaN") && !Has("xorsign"):
                    i.Run = &Vectors.Binary<MaxFloat>;
                    return;
                case "neg":
                    i.Run = &Vectors.Unary<NegFloat>;
                    return;
                case "abs":
                    i.Run = &Vectors.Unary<AbsFloat>;
                    return;
                case "sqrt" when !Has("approx"):
                    i.Run = &Vectors.Unary<SqrtFloat>;
                    return;
                default:
                    break;
            }
        }
        if (name is "rcp" or "sqrt" or "rsqrt" or "sin" or "cos" or "ex2" or "lg2" or "tanh") i.Class = InstructionClass.Special;
        bool nan = Has("NaN");
        Func<float, float, float, float> f = name switch
        {
            "add" => (a, b, _) => Lane.MultiplyAdd(a, 1, b, rounding),
            "sub" => (a, b, _) => Lane.MultiplyAdd(a, 1, -b, rounding),
            "mul" => (a, b, _) => rounding == "rn" ? a * b : Lane.ToSingle((double)a * b, rounding),
            "fma" or "mad" => (a, b, c) => Lane.MultiplyAdd(a, b, c, rounding),
            "div" => (a, b, _) => rounding == "rn" ? a / b : Divide(a, b, rounding),
            "min" => (a, b, _) => nan && (float.IsNaN(a) || float.IsNaN(b)) ? float.NaN : float.MinNumber(a, b),
            "max" => (a, b, _) => nan && (float.IsNaN(a) || float.IsNaN(b)) ? float.NaN : float.MaxNumber(a, b),
            "neg" => (a, _, _) => -a,
            "abs" => (a, _, _) => MathF.Abs(a),
            "rcp" => (a, _, _) => rounding == "rn" ? 1 / a : Divide(1, a, rounding),
            "sqrt" => (a, _, _) => rounding == "rn" ? MathF.Sqrt(a) : Root(a, rounding),
            // Approximations: the exact value rounded once; the hardware's errors (2^-22 and below) are not imitated.
            "rsqrt" => (a, _, _) => a == 0 ? MathF.CopySign(float.PositiveInfinity, a) : (float)(1 / Math.Sqrt(a)),
            "sin" => (a, _, _) => (float)Math.Sin(a),
            "cos" => (a, _, _) => (float)Math.Cos(a),
            "ex2" => (a, _, _) => (float)Math.Pow(2, a),
            "lg2" => (a, _, _) => (float)Math.Log2(a),
            "tanh" => (a, _, _) => (float)Math.Tanh(a),
            "copysign" => (a, b, _) => MathF.CopySign(b, a),
            _ => throw Error("unknown instruction"),
        };
        // The approximations without .ftz take subnormals as they are.
        Function(i, (a, b, c) =>
        {
            if (flush) (a, b, c) = (Lane.Flush(a), Lane.Flush(b), Lane.Flush(c));
            ulong d = Lane.B(f(Lane.F(a), Lane.F(b), Lane.F(c)));
            if (flush) d = Lane.Flush(d);
            if (saturate) d = Lane.F(d) is var v && v >= 0 ? Lane.B(Math.Min(v, 1f)) : 0;
            return d;
        });
    }

    private static float Divide(float a, float b, string rounding)
    {
        double quotient = (double)a / b;
        if (!double.IsFinite(quotient) || quotient == 0) return (float)quotient;
        // The remainder's sign says on which side of the quotient the exact one lies.
        double rest = Math.FusedMultiplyAdd(-quotient, b, a);
        if (rest != 0) quotient = rest > 0 == b > 0 ? Math.BitIncrement(quotient) : Math.BitDecrement(quotient);
        return Lane.ToSingle(quotient, rounding);
    }

    private static float Root(float a, string rounding)
    {
        double root = Math.Sqrt(a);
        double rest = Math.FusedMultiplyAdd(-root, root, a);
        if (rest != 0 && double.IsFinite(root)) root = rest > 0 ? Math.BitIncrement(root) : Math.BitDecrement(root);
        return Lane.ToSingle(root, rounding);
    }

    private void Float64(Instruction i, string name)
    {
        if (Rounding() != "rn") throw Error("only .rn is supported for float64");
        switch (name)
        {
            case "add":
                i.Run = &Vectors.Binary64<AddDouble>;
                return;
            case "mul":
                i.Run = &Vectors.Binary64<MulDouble>;
                return;
            default:
                break;
        }
        Func<double, double, double, double> f = name switch
        {
            "sub" => (a, b, _) => a - b,
            "fma" or "mad" => Math.FusedMultiplyAdd,
            "div" => (a, b, _) => a / b,
            "min" => (a, b, _) => double.MinNumber(a, b),
            "max" => (a, b, _) => double.MaxNumber(a, b),
            "neg" => (a, _, _) => -a,
            "abs" => (a, _, _) => Math.Abs(a),
            "rcp" => (a, _, _) => 1 / a,
            "sqrt" => (a, _, _) => Math.Sqrt(a),
            "rsqrt" => (a, _, _) => 1 / Math.Sqrt(a),
            "copysign" => (a, b, _) => Math.CopySign(b, a),
            _ => throw Error("unknown instruction"),
        };
        Function(i, (a, b, c) => Lane.B(f(Lane.D(a), Lane.D(b), Lane.D(c))));
    }

    private void HalfArithmetic(Instruction i, string name, PtxType type)
    {
        bool brain = type is PtxType.BF16 or PtxType.BF16x2, relu = Has("relu"), nan = Has("NaN");
        Func<double, double, double, double> f = name switch
        {
            "add" => (a, b, _) => a + b,
            "sub" => (a, b, _) => a - b,
            "mul" => (a, b, _) => a * b,
            "fma" or "mad" => (a, b, c) => a * b + c,
            "min" => (a, b, _) => nan && (double.IsNaN(a) || double.IsNaN(b)) ? double.NaN : double.MinNumber(a, b),
            "max" => (a, b, _) => nan && (double.IsNaN(a) || double.IsNaN(b)) ? double.NaN : double.MaxNumber(a, b),
            "neg" => (a, _, _) => -a,
            "abs" => (a, _, _) => Math.Abs(a),
            "ex2" => (a, _, _) => Math.Pow(2, a),
            "tanh" => (a, _, _) => Math.Tanh(a),
            _ => throw Error("unknown instruction"),
        };
        ulong One(ulong a, ulong b, ulong c)
        {
            double value = brain ? f(Lane.Bf(a & 0xFFFF), Lane.Bf(b & 0xFFFF), Lane.Bf(c & 0xFFFF)) : f(Lane.H(a), Lane.H(b), Lane.H(c));
            if (relu && !(value > 0)) value = double.IsNaN(value) ? value : 0;
            return (brain ? Lane.ToBf(value, "rn") : Lane.ToHalf(value)) & 0xFFFF;
        }
        if (type is PtxType.F16x2 or PtxType.BF16x2) Function(i, (a, b, c) => One(a, b, c) | One(a >> 16, b >> 16, c >> 16) << 16);
        else Function(i, One);
    }

    private void Integer32(Instruction i, string name, PtxType type, bool widening)
    {
        bool signed = PtxTypes.IsSigned(type), word = PtxTypes.Size(type) == 4;
        if (widening && word && name is "mul" or "mad" && widening && word)
        {
            i.Signed = signed;
            i.Run = &Vectors.MultiplyWide;
            return;
        }
        if (word && !Has("sat"))
        {
            switch (name)
            {
                case "add":
                    i.Run = &Vectors.Binary<AddInt>;
                    return;
                case "sub":
                    i.Run = &Vectors.Binary<SubInt>;
                    return;
                case "mul" when Has("lo"):
                    i.Run = &Vectors.Binary<MulInt>;
                    return;
                case "mad" when Has("lo"):
                    i.Run = &Vectors.Ternary<MadInt>;
                    return;
                case "and":
                    i.Run = &Vectors.Binary<AndBits>;
                    return;
                case "or":
                    i.Run = &Vectors.Binary<OrBits>;
                    return;
                case "xor":
                    i.Run = &Vectors.Binary<XorBits>;
                    return;
                case "not":
                    i.Run = &Vectors.Unary<NotBits>;
                    return;
                case "neg":
                    i.Run = &Vectors.Unary<NegInt>;
                    return;
                case "shl":
                    i.Run = &Vectors.Binary<ShiftLeftBits>;
                    return;
                case "shr":
                    if (signed) i.Run = &Vectors.Binary<ShiftRightInt>;
                    else i.Run = &Vectors.Binary<ShiftRightBits>;
                    return;
                case "min":
                    if (signed) i.Run = &Vectors.Binary<MinSigned>;
                    else i.Run = &Vectors.Binary<MinUnsigned>;
                    return;
                case "max":
                    if (signed) i.Run = &Vectors.Binary<MaxSigned>;
                    else i.Run = &Vectors.Binary<MaxUnsigned>;
                    return;
                default:
                    break;
            }
        }
        int bits = 8 * PtxTypes.Size(type);
        long N(ulong x) => Lane.Integer(x, type);
        ulong mask = bits == 32 ? uint.MaxValue : (1ul << bits) - 1;
        Func<ulong, ulong, ulong, ulong> f = name switch
        {
            "add" when Has("sat") => (a, b, _) => (ulong)Math.Clamp(N(a) + N(b), int.MinValue, int.MaxValue),
            "sub" when Has("sat") => (a, b, _) => (ulong)Math.Clamp(N(a) - N(b), int.MinValue, int.MaxValue),
            "add" => (a, b, _) => a + b,
            "sub" => (a, b, _) => a - b,
            "mul" when widening => (a, b, _) => (ulong)(N(a) * N(b)),
            "mad" when widening => (a, b, c) => (ulong)(N(a) * N(b)) + c,
            "mul" when Has("hi") => (a, b, _) => (ulong)(N(a) * N(b) >> bits),
            "mad" when Has("hi") => (a, b, c) => (ulong)(N(a) * N(b) >> bits) + c,
            "mul" => (a, b, _) => a * b,
            "mad" => (a, b, c) => a * b + c,
            "mul24" => (a, b, _) => signed ? (ulong)(((int)a << 8 >> 8) * (long)((int)b << 8 >> 8)) : (a & 0xFFFFFF) * (b & 0xFFFFFF),
            "div" => (a, b, _) => N(b) == 0 ? ulong.MaxValue : (ulong)(N(a) / N(b)),
            "rem" => (a, b, _) => N(b) == 0 ? a : (ulong)(N(a) % N(b)),
            "abs" => (a, _, _) => (ulong)Math.Abs(N(a)),
            "neg" => (a, _, _) => (ulong)-N(a),
            "min" => (a, b, _) => N(a) < N(b) ? a : b,
            "max" => (a, b, _) => N(a) > N(b) ? a : b,
            "and" => (a, b, _) => a & b,
            "or" => (a, b, _) => a | b,
            "xor" => (a, b, _) => a ^ b,
            "not" => (a, _, _) => ~a,
            "cnot" => (a, _, _) => (a & mask) == 0 ? 1ul : 0,
            "shl" => (a, b, _) => (uint)b >= bits ? 0 : a << (int)b,
            "shr" => (a, b, _) => (ulong)(N(a) >> (int)Math.Min((uint)b, signed ? bits - 1 : 63)),
            "popc" => (a, _, _) => (ulong)BitOperations.PopCount((uint)a),
            "clz" => (a, _, _) => (ulong)BitOperations.LeadingZeroCount((uint)a),
            "brev" => (a, _, _) => Reverse((uint)a),
            "bfind" => FindBit(32, signed, Has("shiftamt")),
            "bfe" => (a, b, c) => Lane.ExtractField(a, (int)b, (int)c, 32, signed),
            "bfi" => InsertField(i, 32),
            "prmt" => _statement.Parts.Length > 2 ? throw Error("modes of prmt are not supported") : (a, b, c) => Lane.Permute((uint)a, (uint)b, (uint)c),
            "lop3" => LogicTable(),
            "shf" => FunnelShift(),
            "sad" => (a, b, c) => (ulong)Math.Abs(N(a) - N(b)) + c,
            "dp4a" => DotProduct(),
            _ => throw Error("unknown instruction"),
        };
        Function(i, bits == 32 || widening ? f : (a, b, c) => f(a, b, c) & mask);
    }

    private Func<ulong, ulong, ulong, ulong> DotProduct()
    {
        bool signedA = _statement.Parts[1] == "s32", signedB = _statement.Parts[2] == "s32";
        return (a, b, c) =>
        {
            long sum = (int)c;
            for (int n = 0; n < 32; n += 8) sum += (signedA ? (sbyte)(a >> n) : (byte)(a >> n)) * (signedB ? (sbyte)(b >> n) : (long)(byte)(b >> n));
            return (ulong)sum;
        };
    }

    private Func<ulong, ulong, ulong, ulong> LogicTable()
    {
        if (Operand(4).Kind != PtxOperandKind.Immediate) throw Error("expected a number for the table");
        uint table = (uint)Operand(4).Bits;
        return (a, b, c) => Lane.Logic((uint)a, (uint)b, (uint)c, table);
    }

    private Func<ulong, ulong, ulong, ulong> FunnelShift()
    {
        bool left = Has("l"), wrap = Has("wrap");
        return (a, b, c) =>
        {
            int n = wrap ? (int)c & 31 : (int)Math.Min((uint)c, 32);
            ulong both = b << 32 | (uint)a;
            return left ? n == 32 ? (uint)a : both << n >> 32 : both >> n;
        };
    }

    /// <summary>bfi d, a, b, position, length: four sources, so the length is taken from a constant or a register of its own.</summary>
    private Func<ulong, ulong, ulong, ulong> InsertField(Instruction i, int width)
    {
        if (Operand(4).Kind == PtxOperandKind.Immediate)
        {
            int length = (int)Operand(4).Bits;
            return (a, b, c) => Lane.InsertField(a, b, (int)c, length, width);
        }
        i.E = In(Operand(4), PtxType.U32);
        throw Error("the length of bfi must be a number");
    }

    private static Func<ulong, ulong, ulong, ulong> FindBit(int width, bool signed, bool shift) => (a, _, _) =>
    {
        long value = width == 32 ? signed ? (int)a : (uint)a : (long)a;
        if (signed && value < 0) value = ~value;
        int at = 63 - BitOperations.LeadingZeroCount((ulong)value);
        return at < 0 ? uint.MaxValue : (uint)(shift ? width - 1 - at : at);
    };

    private static ulong Reverse(uint a)
    {
        uint result = 0;
        for (int n = 0; n < 32; n++) result |= (a >> n & 1) << (31 - n);
        return result;
    }

    private void Integer64(Instruction i, string name, PtxType type)
    {
        bool signed = PtxTypes.IsSigned(type);
        switch (name)
        {
            case "add":
                i.Run = &Vectors.Binary64<AddWide>;
                return;
            case "sub":
                i.Run = &Vectors.Binary64<SubWide>;
                return;
            case "mul" when Has("lo"):
                i.Run = &Vectors.Binary64<MulWide>;
                return;
            case "and":
                i.Run = &Vectors.Binary64<AndWide>;
                return;
            case "or":
                i.Run = &Vectors.Binary64<OrWide>;
                return;
            case "xor":
                i.Run = &Vectors.Binary64<XorWide>;
                return;
            default:
                break;
        }
        Func<ulong, ulong, ulong, ulong> f = name switch
        {
            "mad" => (a, b, c) => a * b + c,
            "mul" => signed ? (a, b, _) => (ulong)(((Int128)(long)a * (long)b) >> 64) : (a, b, _) => Math.BigMul(a, b, out ulong _),
            "div" => (a, b, _) => b == 0 ? ulong.MaxValue : signed ? (ulong)((long)a / (long)b) : a / b,
            "rem" => (a, b, _) => b == 0 ? a : signed ? (ulong)((long)a % (long)b) : a % b,
            "abs" => (a, _, _) => (ulong)Math.Abs((long)a),
            "neg" => (a, _, _) => 0 - a,
            "not" => (a, _, _) => ~a,
            "min" => (a, b, _) => signed ? (ulong)Math.Min((long)a, (long)b) : Math.Min(a, b),
            "max" => (a, b, _) => signed ? (ulong)Math.Max((long)a, (long)b) : Math.Max(a, b),
            "shl" => (a, b, _) => (uint)b > 63 ? 0 : a << (int)b,
            "shr" => (a, b, _) => signed ? (ulong)((long)a >> (int)Math.Min((uint)b, 63)) : (uint)b > 63 ? 0 : a >> (int)b,
            "popc" => (a, _, _) => (ulong)BitOperations.PopCount(a),
            "clz" => (a, _, _) => (ulong)BitOperations.LeadingZeroCount(a),
            "brev" => (a, _, _) => Reverse((uint)a) << 32 | Reverse((uint)(a >> 32)),
            "bfind" => FindBit(64, signed, Has("shiftamt")),
            "bfe" => (a, b, c) => Lane.ExtractField(a, (int)b, (int)c, 64, signed),
            "bfi" => InsertField(i, 64),
            "cnot" => (a, _, _) => a == 0 ? 1ul : 0,
            _ => throw Error("unknown instruction"),
        };
        Function(i, f);
    }
}
