using Spa.Emulator.Counters;
using Spa.Emulator.Ptx;
using Spa.Emulator.Warp.Matrix;

namespace Spa.Emulator.Warp;

internal sealed unsafe partial class Decoder
{
    private void WarpWide(Instruction i)
    {
        i.Kind = InstructionKind.Converging;
        i.Class = InstructionClass.Shuffle;
        switch (_statement.Parts[0])
        {
            case "shfl":
                if (!Has("sync")) throw Error("shfl without .sync is not supported");
                PredicateResult(i, Operand(0));
                i.A = In(Operand(1), PtxType.B32);
                i.B = In(Operand(2), PtxType.U32);
                i.C = In(Operand(3), PtxType.U32);
                i.E = In(Operand(4), PtxType.U32);
                i.Mode = Has("up") ? WarpOperations.Up : Has("down") ? WarpOperations.Down : Has("bfly") ? WarpOperations.Butterfly : WarpOperations.Index;
                i.Run = &WarpOperations.Shuffle;
                break;
            case "vote":
                i.D = Out(Operand(0));
                i.A = In(Operand(1), PtxType.Pred);
                i.GuardedOperandNegated = Operand(1).Negated;
                i.E = In(Operand(2), PtxType.U32);
                i.Mode = Has("ballot") ? WarpOperations.Ballot : Has("all") ? WarpOperations.All : Has("any") ? WarpOperations.Any : WarpOperations.Uniform;
                i.Run = &WarpOperations.Vote;
                break;
            case "activemask":
                i.Kind = InstructionKind.Plain;
                i.D = Out(Operand(0));
                i.Run = &WarpOperations.ActiveMask;
                break;
            case "elect":
                PredicateResult(i, Operand(0));
                i.E = In(Operand(1), PtxType.U32);
                i.Run = &WarpOperations.Elect;
                break;
            case "match":
                PredicateResult(i, Operand(0));
                PtxType compared = LastType();
                i.A = In(Operand(1), compared);
                i.WidthA = WidthOf(Operand(1), compared);
                i.E = In(Operand(2), PtxType.U32);
                i.Mode = Has("all") ? WarpOperations.All : WarpOperations.Any;
                i.Run = &WarpOperations.Match;
                break;
            case "redux":
                i.D = Out(Operand(0));
                i.A = In(Operand(1), LastType());
                i.E = In(Operand(2), PtxType.U32);
                i.Extra = AtomicFunction(_statement.Parts[2], LastType());
                i.Run = &WarpOperations.Reduce;
                break;
            case "mma":
                Mma(i);
                break;
            case "ldmatrix" or "stmatrix":
                bool load = _statement.Parts[0] == "ldmatrix";
                if (!Has("b16")) throw Error("only .b16 matrices are supported");
                i.List = Registers(Operand(load ? 0 : 1), PtxType.B32, result: load);
                SetAddress(i, Operand(load ? 1 : 0));
                i.Space = MemorySpace.Shared;
                i.Mode = Has("trans") ? 1 : 0;
                i.E = Constant(uint.MaxValue, false);
                i.Class = InstructionClass.MatrixLoad;
                if (load) i.Run = &WarpOperations.LdMatrix;
                else i.Run = &WarpOperations.StMatrix;
                break;
            default:
                i.D = Out(Operand(0));
                i.A = In(Operand(1), PtxType.B32);
                i.E = Constant(uint.MaxValue, false);
                i.Class = InstructionClass.MatrixLoad;
                i.Run = &WarpOperations.MovMatrix;
                break;
        }
    }

    private void Mma(Instruction i)
    {
        // mma.sync.aligned.SHAPE.row.col[.satfinite].D.A.B.C
        string[] p = _statement.Parts;
        bool saturate = Has("satfinite");
        if (p.Length < 10 || p[1] != "sync" || p[4] != "row" || p[5] != "col") throw Error("this form of mma is not supported");
        MmaInstruction mma = MatrixOps.FindMma(p[3], p[^4], p[^3], p[^2], p[^1], saturate) ?? throw Error("this form of mma is not supported");
        PtxType type = mma.Wide ? PtxType.B64 : PtxType.B32;
        i.List = Registers(Operand(0), type, result: true);
        i.ListB = Registers(Operand(1), type, result: false);
        i.ListC = Registers(Operand(2), type, result: false);
        i.ListE = Registers(Operand(3), type, result: false);
        if (i.List.Length != mma.AccumulatorRegisters || i.ListB.Length != mma.ARegisters || i.ListC.Length != mma.BRegisters || i.ListE.Length != mma.AccumulatorRegisters) throw Error("wrong number of registers");
        i.Extra = mma;
        i.E = Constant(uint.MaxValue, false);
        i.Class = InstructionClass.Matrix;
        i.Flops = mma.Flops;
        i.Run = &WarpOperations.Mma;
    }

    private void AsyncCopies(Instruction i)
    {
        if (_statement.Parts.Length < 2 || _statement.Parts[1] != "async" || Has("bulk") || Has("mbarrier")) throw Error("this form of cp is not supported");
        i.Class = InstructionClass.AsyncCopy;
        if (Has("commit_group"))
        {
            i.Run = &MemoryOperations.Commit;
        }
        else if (Has("wait_group") || Has("wait_all"))
        {
            i.Mode = Has("wait_all") ? -1 : (int)Operand(0).Bits;
            i.Run = &MemoryOperations.Wait;
        }
        else
        {
            SetAddress(i, Operand(0));
            PtxOperand source = Operand(1);
            if (source.Kind != PtxOperandKind.Address || source.Register is null) throw Error("expected a source address in a register");
            i.B = Place(source.Register);
            i.WidthB = 8;
            i.Mode = checked((int)source.Offset);
            i.Size = (int)Operand(2).Bits;
            if (i.Size is not (4 or 8 or 16)) throw Error($"expected 4, 8 or 16 bytes, found {i.Size}");
            if (_statement.Operands.Length > 3 && Operand(3).Kind != PtxOperandKind.Immediate && Operand(3).Register is { } size && PtxTypes.Size(size.Type) == 4) i.C = Place(size);
            else if (_statement.Operands.Length > 3 && Operand(3).Kind == PtxOperandKind.Immediate) i.C = Constant(Operand(3).Bits, false);
            i.Space = MemorySpace.Shared;
            // How the two ends are checked: the source as a global read, the destination as a shared write.
            Instruction to = new() { Source = _statement, Space = MemorySpace.Shared };
            i.Extra = new Instruction { Source = _statement, Space = MemorySpace.Global, Extra = to };
            i.Run = &MemoryOperations.CopyAsync;
        }
    }
}
