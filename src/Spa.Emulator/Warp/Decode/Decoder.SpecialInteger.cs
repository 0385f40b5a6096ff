using Spa.Emulator.Counters;
using Spa.Emulator.Ptx;
using Spa.Emulator.Warp.Ops;

namespace Spa.Emulator.Warp.Decode;

/// <summary>Integer instructions with more operands or modifiers than a type: permutations, funnel shifts, dot products, carries.</summary>
internal sealed unsafe partial class Decoder
{
    private void SpecialInteger()
    {
        const InstructionClass Kind = InstructionClass.Integer;
        switch (Mnemonic)
        {
            case "prmt":
                TakeType();
                string? mode = OneOf("f4e", "b4e", "rc8", "ecl", "ecr", "rc16");
                if (mode is null) EmitTernary(&Alu.Map<uint, uint, uint, uint, PermuteBytes>, PtxType.B32, PtxType.B32, PtxType.B32, PtxType.B32, Kind);
                else EmitCounted(&BitHandlers.PermuteMode, PtxType.B32, Ops.PermuteMode.Find(mode));
                break;
            case "shf":
                bool left = OneOf("l", "r") == "l", wrap = OneOf("wrap", "clamp") == "wrap";
                TakeType();
                Handler shift = (left, wrap) switch
                {
                    (true, true) => &Alu.Map<uint, uint, uint, uint, FunnelShift<On, On>>,
                    (true, false) => &Alu.Map<uint, uint, uint, uint, FunnelShift<On, Off>>,
                    (false, true) => &Alu.Map<uint, uint, uint, uint, FunnelShift<Off, On>>,
                    _ => &Alu.Map<uint, uint, uint, uint, FunnelShift<Off, Off>>,
                };
                EmitTernary(shift, PtxType.B32, PtxType.B32, PtxType.B32, PtxType.U32, Kind);
                break;
            case "lop3":
                TakeType();
                ExpectOperands(5);
                if (Operand(4).Kind != PtxOperandKind.Immediate) throw Error("the truth table must be a number");
                Emit(new Instruction
                {
                    Execute = &BitHandlers.Lop3,
                    D = Destination(Operand(0), PtxType.B32),
                    A = Source(Operand(1), PtxType.B32),
                    B = Source(Operand(2), PtxType.B32),
                    C = Source(Operand(3), PtxType.B32),
                    Count = (int)Operand(4).Bits & 0xFF,
                    Class = Kind,
                });
                break;
            case "bfi":
                PtxType type = TakeType();
                ExpectOperands(5);
                Emit(new Instruction
                {
                    Execute = PtxTypes.Size(type) == 8 ? &BitHandlers.Insert64 : &BitHandlers.Insert32,
                    D = Destination(Operand(0), type),
                    A = Source(Operand(1), type),
                    B = Source(Operand(2), type),
                    C = Source(Operand(3), PtxType.U32),
                    D2 = Source(Operand(4), PtxType.U32),
                    Class = Kind,
                });
                break;
            case "fns":
                TakeType();
                EmitTernary(&Alu.Map<uint, uint, int, uint, FindNthSet>, PtxType.B32, PtxType.B32, PtxType.B32, PtxType.S32, Kind);
                break;
            case "bmsk":
                bool wrapMask = OneOf("wrap", "clamp") == "wrap";
                TakeType();
                EmitBinary(wrapMask ? (Handler)(&Alu.Map<uint, uint, uint, BitMask<On>>) : &Alu.Map<uint, uint, uint, BitMask<Off>>, PtxType.B32, PtxType.U32, PtxType.U32, Kind);
                break;
            case "szext":
                bool wrapExtend = OneOf("wrap", "clamp") == "wrap";
                PtxType extended = TakeType();
                Handler extend = (extended == PtxType.S32, wrapExtend) switch
                {
                    (true, true) => &Alu.Map<uint, uint, uint, ExtendFrom<On, On>>,
                    (true, false) => &Alu.Map<uint, uint, uint, ExtendFrom<On, Off>>,
                    (false, true) => &Alu.Map<uint, uint, uint, ExtendFrom<Off, On>>,
                    _ => &Alu.Map<uint, uint, uint, ExtendFrom<Off, Off>>,
                };
                EmitBinary(extend, extended, extended, PtxType.U32, Kind);
                break;
            case "dp4a" or "dp2a":
                DotProduct();
                break;
            case "add" or "addc" or "sub" or "subc" or "mad" or "madc":
                Carries();
                break;
            default:
                throw Unknown();
        }
    }

    private void EmitCounted(Handler handler, PtxType type, int count)
    {
        ExpectOperands(4);
        Emit(new Instruction
        {
            Execute = handler,
            D = Destination(Operand(0), type),
            A = Source(Operand(1), type),
            B = Source(Operand(2), type),
            C = Source(Operand(3), type),
            Count = count,
            Class = InstructionClass.Integer,
        });
    }

    private void DotProduct()
    {
        bool four = Mnemonic == "dp4a", high = !four && OneOf("lo", "hi") == "hi";
        bool a = TakeType() == PtxType.S32, b = TakeType() == PtxType.S32;
        Handler handler = four
            ? (a, b) switch
            {
                (true, true) => &Alu.Map<uint, uint, uint, uint, DotBytes<On, On>>,
                (true, false) => &Alu.Map<uint, uint, uint, uint, DotBytes<On, Off>>,
                (false, true) => &Alu.Map<uint, uint, uint, uint, DotBytes<Off, On>>,
                _ => &Alu.Map<uint, uint, uint, uint, DotBytes<Off, Off>>,
            }
            : high ? Halves<On>(a, b) : Halves<Off>(a, b);
        EmitTernary(handler, PtxType.B32, PtxType.B32, PtxType.B32, PtxType.B32, InstructionClass.Integer);
    }

    private static Handler Halves<THigh>(bool a, bool b) where THigh : IFlag => (a, b) switch
    {
        (true, true) => &Alu.Map<uint, uint, uint, uint, DotHalves<On, On, THigh>>,
        (true, false) => &Alu.Map<uint, uint, uint, uint, DotHalves<On, Off, THigh>>,
        (false, true) => &Alu.Map<uint, uint, uint, uint, DotHalves<Off, On, THigh>>,
        _ => &Alu.Map<uint, uint, uint, uint, DotHalves<Off, Off, THigh>>,
    };

    /// <summary>add.cc, addc, sub.cc, subc, mad.cc, madc: one carry flag a lane.</summary>
    private void Carries()
    {
        bool writes = _statement.Parts.Contains("cc"), reads = Mnemonic[^1] == 'c';
        PtxType type = TakeType();
        bool wide = PtxTypes.Size(type) == 8, multiplies = Mnemonic is "mad" or "madc";
        int form = (writes ? CarryForm.Writes : 0) | (reads ? CarryForm.Reads : 0) | (Mnemonic is "sub" or "subc" ? CarryForm.Subtract : 0);
        if (multiplies) form |= CarryForm.Multiply | (OneOf("lo", "hi") == "hi" ? CarryForm.High : 0) | (PtxTypes.IsSigned(type) ? CarryForm.Signed : 0);
        ExpectOperands(multiplies ? 4 : 3);
        Emit(new Instruction
        {
            Execute = wide ? &BitHandlers.Carry64 : &BitHandlers.Carry32,
            D = Destination(Operand(0), type),
            A = Source(Operand(1), type),
            B = Source(Operand(2), type),
            C = multiplies ? Source(Operand(3), type) : KernelProgram.Sink,
            Count = form,
            Class = InstructionClass.Integer,
        });
    }
}
