using Spa.Emulator.Counters;
using Spa.Emulator.Ptx;
using Spa.Emulator.Warp.Ops;

namespace Spa.Emulator.Warp.Decode;

/// <summary>The table of mnemonics, and helpers that pick a handler by type.</summary>
internal sealed unsafe partial class Decoder
{
    private void DecodeInstruction()
    {
        switch (Mnemonic)
        {
            case "mov": Move(); break;
            case "ld" or "ldu": Load(); break;
            case "st": Store(); break;
            case "atom" or "red": Atomic(); break;
            case "cp": AsyncCopies(); break;
            case "cvta": ConvertAddress(); break;
            case "isspacep": IsSpace(); break;
            case "cvt": Convert(); break;
            case "setp": SetPredicate(); break;
            case "set": SetValue(); break;
            case "selp": Select(); break;
            case "slct": SelectBySign(); break;
            case "bra": Branch(); break;
            case "brx": BranchIndexed(); break;
            case "call": Call(); break;
            case "ret" or "exit": Return(); break;
            case "bar" or "barrier": Barrier(); break;
            case "membar" or "fence": Fence(); break;
            case "shfl" or "vote" or "match" or "redux" or "elect" or "activemask": WarpWide(); break;
            case "mma" or "ldmatrix" or "stmatrix" or "movmatrix": Matrix(); break;
            case "trap" or "brkpt" or "nanosleep" or "prefetch" or "prefetchu" or "discard" or "applypriority" or "createpolicy" or "pmevent" or "griddepcontrol" or "setmaxnreg": Other(); break;
            case "testp": TestProperty(); break;
            default: Arithmetic(); break;
        }
    }

    private void Arithmetic()
    {
        // The type is the last modifier; dp4a, dp2a, set and cvt have two and do not come here with one.
        PtxType type = PtxTypes.Find(_statement.Parts[^1]);
        switch (type)
        {
            case PtxType.F32: Float32Arithmetic(); break;
            case PtxType.F64: Float64Arithmetic(); break;
            case PtxType.F16 or PtxType.BF16 or PtxType.F16x2 or PtxType.BF16x2: SmallArithmetic(); break;
            case PtxType.Pred: PredicateLogic(); break;
            case PtxType.None when Mnemonic is "dp4a" or "dp2a" or "prmt" or "bmsk" or "szext": IntegerArithmetic(); break;
            case PtxType.None: throw Unknown();
            default: IntegerArithmetic(); break;
        }
    }

    private void EmitUnary(Handler handler, PtxType result, PtxType a, InstructionClass kind, int flops = 0)
    {
        ExpectOperands(2);
        Emit(new Instruction { Execute = handler, D = Destination(Operand(0), result), A = Source(Operand(1), a), Class = kind, Flops = flops });
    }

    private void EmitBinary(Handler handler, PtxType result, PtxType a, PtxType b, InstructionClass kind, int flops = 0)
    {
        ExpectOperands(3);
        Emit(new Instruction { Execute = handler, D = Destination(Operand(0), result), A = Source(Operand(1), a), B = Source(Operand(2), b), Class = kind, Flops = flops });
    }

    private void EmitTernary(Handler handler, PtxType result, PtxType a, PtxType b, PtxType c, InstructionClass kind, int flops = 0)
    {
        ExpectOperands(4);
        Emit(new Instruction
        {
            Execute = handler,
            D = Destination(Operand(0), result),
            A = Source(Operand(1), a),
            B = Source(Operand(2), b),
            C = Source(Operand(3), c),
            Class = kind,
            Flops = flops,
        });
    }

    private Handler Unary<T16, T32, T64>(PtxType type) where T16 : IVectorUnary<ushort> where T32 : IVectorUnary<uint> where T64 : IVectorUnary<ulong> => PtxTypes.Size(type) switch
    {
        2 => &Alu.Unary<ushort, T16>,
        4 => &Alu.Unary<uint, T32>,
        8 => &Alu.Unary<ulong, T64>,
        _ => throw Unknown(),
    };

    private Handler Binary<T16, T32, T64>(PtxType type) where T16 : IVectorBinary<ushort> where T32 : IVectorBinary<uint> where T64 : IVectorBinary<ulong> => PtxTypes.Size(type) switch
    {
        2 => &Alu.Binary<ushort, T16>,
        4 => &Alu.Binary<uint, T32>,
        8 => &Alu.Binary<ulong, T64>,
        _ => throw Unknown(),
    };

    /// <summary>Picks one of four forms of a float32 operation by its flags.</summary>
    private static Handler Flagged<T, TPlain, TFtz, TSat, TBoth>(bool ftz, bool sat) where T : unmanaged
        where TPlain : IVectorBinary<T> where TFtz : IVectorBinary<T> where TSat : IVectorBinary<T> where TBoth : IVectorBinary<T> => (ftz, sat) switch
        {
            (false, false) => &Alu.Binary<T, TPlain>,
            (true, false) => &Alu.Binary<T, TFtz>,
            (false, true) => &Alu.Binary<T, TSat>,
            _ => &Alu.Binary<T, TBoth>,
        };
}
