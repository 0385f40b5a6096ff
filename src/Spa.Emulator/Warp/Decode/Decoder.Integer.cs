using Spa.Emulator.Counters;
using Spa.Emulator.Ptx;
using Spa.Emulator.Warp.Ops;

namespace Spa.Emulator.Warp.Decode;

/// <summary>Integer arithmetic, logic, shifts and bit fields.</summary>
internal sealed unsafe partial class Decoder
{
    private void IntegerArithmetic()
    {
        const InstructionClass Kind = InstructionClass.Integer;
        string name = Mnemonic;
        if (name is "dp4a" or "dp2a" or "prmt" or "shf" or "lop3" or "bfi" or "bmsk" or "szext" or "fns" || Has("cc") || name is "addc" or "subc" or "madc")
        {
            SpecialInteger();
            return;
        }
        PtxType type = TakeType();
        bool signed = PtxTypes.IsSigned(type);
        switch (name)
        {
            case "add" when Has("sat"): EmitBinary(&Alu.Map<int, int, int, AddSaturated>, type, type, type, Kind); break;
            case "sub" when Has("sat"): EmitBinary(&Alu.Map<int, int, int, SubtractSaturated>, type, type, type, Kind); break;
            case "add": EmitBinary(Binary<Add<ushort>, Add<uint>, Add<ulong>>(type), type, type, type, Kind); break;
            case "sub": EmitBinary(Binary<Subtract<ushort>, Subtract<uint>, Subtract<ulong>>(type), type, type, type, Kind); break;
            case "and": EmitBinary(Binary<And<ushort>, And<uint>, And<ulong>>(type), type, type, type, Kind); break;
            case "or": EmitBinary(Binary<Or<ushort>, Or<uint>, Or<ulong>>(type), type, type, type, Kind); break;
            case "xor": EmitBinary(Binary<Xor<ushort>, Xor<uint>, Xor<ulong>>(type), type, type, type, Kind); break;
            case "not": EmitUnary(Unary<Not<ushort>, Not<uint>, Not<ulong>>(type), type, type, Kind); break;
            case "cnot": EmitUnary(Unary<LogicalNot<ushort>, LogicalNot<uint>, LogicalNot<ulong>>(type), type, type, Kind); break;
            case "neg": EmitUnary(Unary<Negate<ushort>, Negate<uint>, Negate<ulong>>(type), type, type, Kind); break;
            case "abs": EmitUnary(Absolute(type), type, type, Kind); break;
            case "min": EmitBinary(Minimum(type), type, type, type, Kind); break;
            case "max": EmitBinary(Maximum(type), type, type, type, Kind); break;
            case "mul": Multiplication(type, signed); break;
            case "mad": MultiplyAddition(type, signed); break;
            case "mul24":
                if (!Has("lo")) throw Unknown();
                EmitBinary(signed ? (Handler)(&Alu.Map<int, int, int, Multiply24Signed>) : &Alu.Map<uint, uint, uint, Multiply24>, type, type, type, Kind);
                break;
            case "mad24":
                if (!Has("lo")) throw Unknown();
                EmitTernary(signed ? (Handler)(&Alu.Map<int, int, int, int, Multiply24Add<int, Multiply24Signed>>) : &Alu.Map<uint, uint, uint, uint, Multiply24Add<uint, Multiply24>>, type, type, type, type, Kind);
                break;
            case "div": EmitBinary(Division(type), type, type, type, Kind); break;
            case "rem": EmitBinary(RemainderOf(type), type, type, type, Kind); break;
            case "sad": EmitTernary(AbsoluteDifference(type), type, type, type, type, Kind); break;
            case "shl": EmitBinary(LeftShift(type), type, type, PtxType.U32, Kind); break;
            case "shr": EmitBinary(RightShift(type), type, type, PtxType.U32, Kind); break;
            case "popc": EmitUnary(PtxTypes.Size(type) == 8 ? &Alu.Map<ulong, uint, PopCount<ulong>> : (Handler)(&Alu.Map<uint, uint, PopCount<uint>>), PtxType.U32, type, Kind); break;
            case "clz": EmitUnary(PtxTypes.Size(type) == 8 ? &Alu.Map<ulong, uint, LeadingZeros<ulong>> : (Handler)(&Alu.Map<uint, uint, LeadingZeros<uint>>), PtxType.U32, type, Kind); break;
            case "brev": EmitUnary(PtxTypes.Size(type) == 8 ? &Alu.Map<ulong, ulong, ReverseBits64> : (Handler)(&Alu.Map<uint, uint, ReverseBits32>), type, type, Kind); break;
            case "bfind": EmitUnary(Has("shiftamt") ? HighBit<On>(type) : HighBit<Off>(type), PtxType.U32, type, Kind); break;
            case "bfe": EmitTernary(BitField(type), type, type, PtxType.U32, PtxType.U32, Kind); break;
            default: throw Unknown();
        }
    }

    private Handler Absolute(PtxType type) => type switch
    {
        PtxType.S16 => &Alu.Unary<short, Absolute<short>>,
        PtxType.S32 => &Alu.Unary<int, Absolute<int>>,
        PtxType.S64 => &Alu.Unary<long, Absolute<long>>,
        _ => throw Unknown(),
    };

    private Handler Minimum(PtxType type) => type switch
    {
        PtxType.S16 => &Alu.Binary<short, Minimum<short>>,
        PtxType.U16 => &Alu.Binary<ushort, Minimum<ushort>>,
        PtxType.S32 => &Alu.Binary<int, Minimum<int>>,
        PtxType.U32 => &Alu.Binary<uint, Minimum<uint>>,
        PtxType.S64 => &Alu.Binary<long, Minimum<long>>,
        PtxType.U64 => &Alu.Binary<ulong, Minimum<ulong>>,
        _ => throw Unknown(),
    };

    private Handler Maximum(PtxType type) => type switch
    {
        PtxType.S16 => &Alu.Binary<short, Maximum<short>>,
        PtxType.U16 => &Alu.Binary<ushort, Maximum<ushort>>,
        PtxType.S32 => &Alu.Binary<int, Maximum<int>>,
        PtxType.U32 => &Alu.Binary<uint, Maximum<uint>>,
        PtxType.S64 => &Alu.Binary<long, Maximum<long>>,
        PtxType.U64 => &Alu.Binary<ulong, Maximum<ulong>>,
        _ => throw Unknown(),
    };

    private static PtxType Wide(PtxType type) => type switch
    {
        PtxType.U16 => PtxType.U32,
        PtxType.S16 => PtxType.S32,
        PtxType.U32 => PtxType.U64,
        PtxType.S32 => PtxType.S64,
        _ => PtxType.None,
    };

    private void Multiplication(PtxType type, bool signed)
    {
        if (Has("wide"))
        {
            Handler wide = type switch
            {
                PtxType.U16 => &Alu.Map<ushort, ushort, uint, MultiplyWide<ushort, uint>>,
                PtxType.S16 => &Alu.Map<short, short, int, MultiplyWide<short, int>>,
                PtxType.U32 => &WideHandlers.Multiply<uint>,
                PtxType.S32 => &WideHandlers.Multiply<int>,
                _ => throw Unknown(),
            };
            EmitBinary(wide, Wide(type), type, type, InstructionClass.Integer);
        }
        else if (Has("hi"))
        {
            Handler high = type switch
            {
                PtxType.U16 => &Alu.Map<ushort, ushort, ushort, MultiplyHigh16>,
                PtxType.S16 => &Alu.Map<short, short, short, MultiplyHighS16>,
                PtxType.U32 => &Alu.Map<uint, uint, uint, MultiplyHigh32>,
                PtxType.S32 => &Alu.Map<int, int, int, MultiplyHighS32>,
                PtxType.U64 => &Alu.Map<ulong, ulong, ulong, MultiplyHigh64>,
                PtxType.S64 => &Alu.Map<long, long, long, MultiplyHighS64>,
                _ => throw Unknown(),
            };
            EmitBinary(high, type, type, type, InstructionClass.Integer);
        }
        else if (Has("lo"))
        {
            EmitBinary(Binary<Multiply<ushort>, Multiply<uint>, Multiply<ulong>>(type), type, type, type, InstructionClass.Integer);
        }
        else
        {
            throw Error("expected .lo, .hi or .wide");
        }
        _ = signed;
    }

    private void MultiplyAddition(PtxType type, bool signed)
    {
        if (Has("wide"))
        {
            Handler wide = type switch
            {
                PtxType.U16 => &Alu.Map<ushort, ushort, uint, uint, MultiplyWideAdd<ushort, uint>>,
                PtxType.S16 => &Alu.Map<short, short, int, int, MultiplyWideAdd<short, int>>,
                PtxType.U32 => &WideHandlers.MultiplyAdd<uint>,
                PtxType.S32 => &WideHandlers.MultiplyAdd<int>,
                _ => throw Unknown(),
            };
            EmitTernary(wide, Wide(type), type, type, Wide(type), InstructionClass.Integer);
        }
        else if (Has("hi"))
        {
            Handler high = type switch
            {
                PtxType.S32 when Has("sat") => &Alu.Map<int, int, int, int, MultiplyHighAddSaturated>,
                PtxType.U16 => &Alu.Map<ushort, ushort, ushort, ushort, MultiplyHighAdd<ushort, MultiplyHigh16>>,
                PtxType.S16 => &Alu.Map<short, short, short, short, MultiplyHighAdd<short, MultiplyHighS16>>,
                PtxType.U32 => &Alu.Map<uint, uint, uint, uint, MultiplyHighAdd<uint, MultiplyHigh32>>,
                PtxType.S32 => &Alu.Map<int, int, int, int, MultiplyHighAdd<int, MultiplyHighS32>>,
                PtxType.U64 => &Alu.Map<ulong, ulong, ulong, ulong, MultiplyHighAdd<ulong, MultiplyHigh64>>,
                PtxType.S64 => &Alu.Map<long, long, long, long, MultiplyHighAdd<long, MultiplyHighS64>>,
                _ => throw Unknown(),
            };
            EmitTernary(high, type, type, type, type, InstructionClass.Integer);
        }
        else if (Has("lo"))
        {
            Handler low = PtxTypes.Size(type) switch
            {
                2 => &Alu.Ternary<ushort, MultiplyAdd<ushort>>,
                4 => &Alu.Ternary<uint, MultiplyAdd<uint>>,
                _ => &Alu.Ternary<ulong, MultiplyAdd<ulong>>,
            };
            EmitTernary(low, type, type, type, type, InstructionClass.Integer);
        }
        else
        {
            throw Error("expected .lo, .hi or .wide");
        }
        _ = signed;
    }

    private Handler Division(PtxType type) => type switch
    {
        PtxType.S16 => &Alu.Map<short, short, short, Divide<short>>,
        PtxType.U16 => &Alu.Map<ushort, ushort, ushort, Divide<ushort>>,
        PtxType.S32 => &Alu.Map<int, int, int, Divide<int>>,
        PtxType.U32 => &Alu.Map<uint, uint, uint, Divide<uint>>,
        PtxType.S64 => &Alu.Map<long, long, long, Divide<long>>,
        PtxType.U64 => &Alu.Map<ulong, ulong, ulong, Divide<ulong>>,
        _ => throw Unknown(),
    };

    private Handler RemainderOf(PtxType type) => type switch
    {
        PtxType.S16 => &Alu.Map<short, short, short, Remainder<short>>,
        PtxType.U16 => &Alu.Map<ushort, ushort, ushort, Remainder<ushort>>,
        PtxType.S32 => &Alu.Map<int, int, int, Remainder<int>>,
        PtxType.U32 => &Alu.Map<uint, uint, uint, Remainder<uint>>,
        PtxType.S64 => &Alu.Map<long, long, long, Remainder<long>>,
        PtxType.U64 => &Alu.Map<ulong, ulong, ulong, Remainder<ulong>>,
        _ => throw Unknown(),
    };

    private Handler AbsoluteDifference(PtxType type) => type switch
    {
        PtxType.S16 => &Alu.Map<short, short, short, short, SumAbsoluteDifference<short>>,
        PtxType.U16 => &Alu.Map<ushort, ushort, ushort, ushort, SumAbsoluteDifference<ushort>>,
        PtxType.S32 => &Alu.Map<int, int, int, int, SumAbsoluteDifference<int>>,
        PtxType.U32 => &Alu.Map<uint, uint, uint, uint, SumAbsoluteDifference<uint>>,
        PtxType.S64 => &Alu.Map<long, long, long, long, SumAbsoluteDifference<long>>,
        PtxType.U64 => &Alu.Map<ulong, ulong, ulong, ulong, SumAbsoluteDifference<ulong>>,
        _ => throw Unknown(),
    };

    private Handler LeftShift(PtxType type) => PtxTypes.Size(type) switch
    {
        2 => &Alu.Map<ushort, uint, ushort, ShiftLeft<ushort>>,
        4 => &Alu.Binary<uint, ShiftLeft32>,
        8 => &WideHandlers.ShiftLeft,
        _ => throw Unknown(),
    };

    private Handler RightShift(PtxType type) => type switch
    {
        PtxType.S16 => &Alu.Map<short, uint, short, ShiftRight<short>>,
        PtxType.U16 or PtxType.B16 => &Alu.Map<ushort, uint, ushort, ShiftRight<ushort>>,
        PtxType.S32 => &Alu.Binary<uint, ShiftRightSigned32>,
        PtxType.U32 or PtxType.B32 => &Alu.Binary<uint, ShiftRight32>,
        PtxType.S64 => &Alu.Map<long, uint, long, ShiftRight<long>>,
        PtxType.U64 or PtxType.B64 => &Alu.Map<ulong, uint, ulong, ShiftRight<ulong>>,
        _ => throw Unknown(),
    };

    private Handler HighBit<TShift>(PtxType type) where TShift : IFlag => type switch
    {
        PtxType.S32 => &Alu.Map<int, uint, FindBit<int, TShift>>,
        PtxType.U32 => &Alu.Map<uint, uint, FindBit<uint, TShift>>,
        PtxType.S64 => &Alu.Map<long, uint, FindBit<long, TShift>>,
        PtxType.U64 => &Alu.Map<ulong, uint, FindBit<ulong, TShift>>,
        _ => throw Unknown(),
    };

    private Handler BitField(PtxType type) => type switch
    {
        PtxType.S32 => &Alu.Map<int, uint, uint, int, ExtractBits<int>>,
        PtxType.U32 => &Alu.Map<uint, uint, uint, uint, ExtractBits<uint>>,
        PtxType.S64 => &Alu.Map<long, uint, uint, long, ExtractBits<long>>,
        PtxType.U64 => &Alu.Map<ulong, uint, uint, ulong, ExtractBits<ulong>>,
        _ => throw Unknown(),
    };
}
