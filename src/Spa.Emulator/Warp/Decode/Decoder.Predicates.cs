using Spa.Emulator.Counters;
using Spa.Emulator.Ptx;
using Spa.Emulator.Warp.Ops;

namespace Spa.Emulator.Warp.Decode;

/// <summary>Comparisons, predicate logic and selection.</summary>
internal sealed unsafe partial class Decoder
{
    private static readonly string[] s_comparisons = ["eq", "ne", "lt", "le", "gt", "ge", "lo", "ls", "hi", "hs", "equ", "neu", "ltu", "leu", "gtu", "geu", "num", "nan"];

    private string TakeComparison() => OneOf(s_comparisons) ?? throw Error("no comparison");

    private void SetPredicate()
    {
        string comparison = TakeComparison();
        int join = OneOf("and", "or", "xor") switch { "and" => 1, "or" => 2, "xor" => 3, _ => 0 };
        bool ftz = Has("ftz");
        PtxType type = TakeType();
        ExpectOperands(join == 0 ? 3 : 4);
        Instruction i = new() { D2 = KernelProgram.SinkPredicate, Class = PtxTypes.IsFloat(type) && type == PtxType.F32 ? InstructionClass.Float32 : InstructionClass.Integer, Target = join };
        if (Operand(0).Kind == PtxOperandKind.Pair)
        {
            i.D = Destination(Operand(0).Elements[0], PtxType.Pred);
            i.D2 = Destination(Operand(0).Elements[1], PtxType.Pred);
        }
        else
        {
            i.D = Destination(Operand(0), PtxType.Pred);
        }
        i.A = Source(Operand(1), type);
        i.B = Source(Operand(2), type);
        if (join != 0)
        {
            (i.C, bool negated) = Predicate(Operand(3));
            i.Count = negated ? 1 : 0;
        }
        Compared(ref i, comparison, type, ftz);
        Emit(i);
    }

    /// <summary>Sets the handler of a comparison; <c>gt</c> and its like become <c>lt</c> with the operands exchanged.</summary>
    private void Compared(ref Instruction i, string comparison, PtxType type, bool ftz)
    {
        if (PtxTypes.IsFloat(type))
        {
            i.Execute = type switch
            {
                PtxType.F32 => FloatComparison(comparison, ftz),
                PtxType.F64 => Float64Comparison(comparison),
                PtxType.F16 => Small(ref i, comparison, &CompareHandlers.Small<HalfFormat>),
                PtxType.BF16 => Small(ref i, comparison, &CompareHandlers.Small<BrainFormat>),
                _ => throw Unknown(),
            };
            return;
        }
        if (type is PtxType.F16x2 or PtxType.BF16x2) throw Unknown();
        string signed = comparison switch { "lo" => "lt", "ls" => "le", "hi" => "gt", "hs" => "ge", _ => comparison };
        i.Execute = type switch
        {
            PtxType.S16 => IntegerComparison<short>(signed),
            PtxType.U16 or PtxType.B16 => IntegerComparison<ushort>(signed),
            PtxType.S32 => IntegerComparison<int>(signed),
            PtxType.U32 or PtxType.B32 => IntegerComparison<uint>(signed),
            PtxType.S64 => IntegerComparison<long>(signed),
            PtxType.U64 or PtxType.B64 => IntegerComparison<ulong>(signed),
            _ => throw Unknown(),
        };
    }

    private Handler Small(ref Instruction i, string comparison, Handler handler)
    {
        i.Bytes = ScalarComparison.Find(comparison);
        return i.Bytes >= 0 ? handler : throw Error($"the comparison .{comparison} is not defined for this type");
    }

    private Handler IntegerComparison<T>(string comparison) where T : unmanaged => comparison switch
    {
        "eq" => &Alu.Compare<T, EqualTo<T>>,
        "ne" => &Alu.Compare<T, NotEqualTo<T>>,
        "lt" => &Alu.Compare<T, LessThan<T>>,
        "le" => &Alu.Compare<T, LessOrEqual<T>>,
        "gt" => &Alu.Compare<T, GreaterThan<T>>,
        "ge" => &Alu.Compare<T, GreaterOrEqual<T>>,
        _ => throw Error($"the comparison .{comparison} is not defined for integers"),
    };

    private Handler FloatComparison(string comparison, bool ftz) => ftz ? Ordered<float, On>(comparison) : Ordered<float, Off>(comparison);

    private Handler Float64Comparison(string comparison) => Ordered<double, Off>(comparison);

    private Handler Ordered<T, TFtz>(string comparison) where T : unmanaged where TFtz : IFlag => comparison switch
    {
        "eq" => &Alu.Compare<T, FloatCompare<T, EqualTo<T>, TFtz, Off>>,
        "ne" => &Alu.Compare<T, FloatCompare<T, Differs<T>, TFtz, Off>>,
        "lt" => &Alu.Compare<T, FloatCompare<T, LessThan<T>, TFtz, Off>>,
        "le" => &Alu.Compare<T, FloatCompare<T, LessOrEqual<T>, TFtz, Off>>,
        "gt" => &Alu.Compare<T, FloatCompare<T, GreaterThan<T>, TFtz, Off>>,
        "ge" => &Alu.Compare<T, FloatCompare<T, GreaterOrEqual<T>, TFtz, Off>>,
        "equ" => &Alu.Compare<T, FloatCompare<T, Differs<T>, TFtz, On>>,
        "neu" => &Alu.Compare<T, FloatCompare<T, EqualTo<T>, TFtz, On>>,
        "ltu" => &Alu.Compare<T, FloatCompare<T, GreaterOrEqual<T>, TFtz, On>>,
        "leu" => &Alu.Compare<T, FloatCompare<T, GreaterThan<T>, TFtz, On>>,
        "gtu" => &Alu.Compare<T, FloatCompare<T, LessOrEqual<T>, TFtz, On>>,
        "geu" => &Alu.Compare<T, FloatCompare<T, LessThan<T>, TFtz, On>>,
        "num" => &Alu.Compare<T, FloatCompare<T, AreNumbers<T>, TFtz, Off>>,
        "nan" => &Alu.Compare<T, FloatCompare<T, AreNumbers<T>, TFtz, On>>,
        _ => throw Error($"the comparison .{comparison} is not defined for floats"),
    };

    /// <summary>set.CmpOp[.BoolOp].dtype.stype: all ones or 1.0 where the comparison holds.</summary>
    private void SetValue()
    {
        string comparison = TakeComparison();
        int join = OneOf("and", "or", "xor") switch { "and" => 1, "or" => 2, "xor" => 3, _ => 0 };
        bool ftz = Has("ftz");
        PtxType result = TakeType(), type = TakeType();
        ExpectOperands(join == 0 ? 3 : 4);
        // The comparison goes to a predicate of its own, from which the value is selected.
        int predicate = NewRegister(0);
        Instruction compare = new() { D = predicate, D2 = KernelProgram.SinkPredicate, A = Source(Operand(1), type), B = Source(Operand(2), type), Target = join, Class = InstructionClass.Integer };
        if (join != 0)
        {
            (compare.C, bool negated) = Predicate(Operand(3));
            compare.Count = negated ? 1 : 0;
        }
        Compared(ref compare, comparison, type, ftz);
        Emit(compare);
        ulong yes = result switch { PtxType.F32 => 0x3F80_0000, PtxType.F16 => 0x3C00, PtxType.BF16 => 0x3F80, _ => ulong.MaxValue };
        int laneBytes = LaneBytes(result);
        Emit(new Instruction { Execute = Selection(laneBytes), D = Destination(Operand(0), result), A = Constant(yes, laneBytes), B = Constant(0, laneBytes), C = predicate, Class = InstructionClass.Move });
    }

    private Handler Selection(int laneBytes) => laneBytes switch
    {
        2 => &CompareHandlers.Select<ushort>,
        4 => &CompareHandlers.Select<uint>,
        8 => &CompareHandlers.Select<ulong>,
        _ => &CompareHandlers.SelectPredicate,
    };

    private void Select()
    {
        PtxType type = TakeType();
        ExpectOperands(4);
        (int predicate, bool negated) = Predicate(Operand(3));
        (int a, int b) = (Source(Operand(1), type), Source(Operand(2), type));
        if (negated) (a, b) = (b, a);
        Emit(new Instruction { Execute = Selection(LaneBytes(type)), D = Destination(Operand(0), type), A = a, B = b, C = predicate, Class = InstructionClass.Move });
    }

    /// <summary>slct: a where c is at least 0, else b.</summary>
    private void SelectBySign()
    {
        Has("ftz");
        PtxType type = TakeType(), by = TakeType();
        ExpectOperands(4);
        int predicate = NewRegister(0);
        Handler compare = by == PtxType.F32 ? &Alu.Compare<float, GreaterOrEqual<float>> : &Alu.Compare<int, GreaterOrEqual<int>>;
        Emit(new Instruction { Execute = compare, D = predicate, D2 = KernelProgram.SinkPredicate, A = Source(Operand(3), by), B = Constant(0, 4), Class = InstructionClass.Integer });
        Emit(new Instruction { Execute = Selection(LaneBytes(type)), D = Destination(Operand(0), type), A = Source(Operand(1), type), B = Source(Operand(2), type), C = predicate, Class = InstructionClass.Move });
    }

    private void PredicateLogic()
    {
        TakeType();
        bool unary = Mnemonic is "not" or "mov";
        ExpectOperands(unary ? 2 : 3);
        (int a, bool negatedA) = Predicate(Operand(1));
        (int b, bool negatedB) = unary ? (a, negatedA) : Predicate(Operand(2));
        int form = Mnemonic switch { "and" => 0, "or" => 1, "xor" => 2, "not" => 3, _ => throw Unknown() };
        Emit(new Instruction
        {
            Execute = &CompareHandlers.Logic,
            D = Destination(Operand(0), PtxType.Pred),
            A = a,
            B = b,
            Target = form,
            Count = (negatedA ? 1 : 0) | (negatedB ? 2 : 0),
            Class = InstructionClass.Integer,
        });
    }

    private void TestProperty()
    {
        string name = OneOf("finite", "infinite", "number", "notanumber", "normal", "subnormal") ?? throw Error("no property");
        PtxType type = TakeType();
        ExpectOperands(2);
        Emit(new Instruction
        {
            Execute = type == PtxType.F64 ? &CompareHandlers.TestF64 : &CompareHandlers.TestF32,
            D = Destination(Operand(0), PtxType.Pred),
            A = Source(Operand(1), type),
            Count = Ops.TestProperty.Find(name),
            Class = InstructionClass.Float32,
        });
    }
}
