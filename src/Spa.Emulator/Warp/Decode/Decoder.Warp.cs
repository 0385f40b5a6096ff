using Spa.Emulator.Counters;
using Spa.Emulator.Ptx;
using Spa.Emulator.Warp.Matrix;

namespace Spa.Emulator.Warp.Decode;

/// <summary>Instructions in which lanes exchange values, and matrix instructions.</summary>
internal sealed unsafe partial class Decoder
{
    private void WarpWide()
    {
        Instruction i = new() { Kind = InstructionKind.Gated, Class = InstructionClass.Warp, D2 = KernelProgram.SinkPredicate };
        switch (Mnemonic)
        {
            case "shfl":
                RequireSync();
                i.Target = OneOf("up", "down", "bfly", "idx") switch { "up" => WarpHandlers.Up, "down" => WarpHandlers.Down, "bfly" => WarpHandlers.Butterfly, "idx" => WarpHandlers.Index, _ => throw Error("no mode") };
                TakeType();
                ExpectOperands(5);
                ValueAndPredicate(ref i, PtxType.B32);
                i.A = Source(Operand(1), PtxType.B32);
                i.B = Source(Operand(2), PtxType.B32);
                i.Count = Source(Operand(3), PtxType.B32);
                i.C = Source(Operand(4), PtxType.B32);
                i.Execute = &WarpHandlers.Shuffle;
                break;
            case "vote":
                RequireSync();
                i.Target = OneOf("all", "any", "uni", "ballot") switch { "all" => WarpHandlers.All, "any" => WarpHandlers.Any, "uni" => WarpHandlers.Uniform, "ballot" => WarpHandlers.Ballot, _ => throw Error("no mode") };
                PtxType voted = TakeType();
                ExpectOperands(3);
                i.D = Destination(Operand(0), voted);
                (i.A, bool negated) = Predicate(Operand(1));
                i.Count = negated ? -1 : 0;
                i.C = Source(Operand(2), PtxType.B32);
                i.Execute = &WarpHandlers.Vote;
                break;
            case "match":
                i.Target = OneOf("all", "any") == "all" ? WarpHandlers.All : WarpHandlers.Any;
                RequireSync();
                PtxType matched = TakeType();
                ExpectOperands(3);
                ValueAndPredicate(ref i, PtxType.B32);
                i.A = Source(Operand(1), matched);
                i.C = Source(Operand(2), PtxType.B32);
                i.Execute = PtxTypes.Size(matched) == 8 ? &WarpHandlers.Match<ulong> : &WarpHandlers.Match<uint>;
                break;
            case "redux":
                RequireSync();
                string operation = OneOf("add", "min", "max", "and", "or", "xor") ?? throw Error("no operation");
                PtxType reduced = TakeType();
                ExpectOperands(3);
                i.D = Destination(Operand(0), reduced);
                i.A = Source(Operand(1), reduced);
                i.C = Source(Operand(2), PtxType.B32);
                i.Target = (operation, PtxTypes.IsSigned(reduced)) switch { ("add", _) => 0, ("and", _) => 1, ("or", _) => 2, ("xor", _) => 3, ("min", false) => 4, ("max", false) => 5, ("min", true) => 6, _ => 7 };
                if (PtxTypes.IsFloat(reduced)) throw Unknown();
                i.Execute = &WarpHandlers.Reduce;
                break;
            case "elect":
                RequireSync();
                ExpectOperands(2);
                ValueAndPredicate(ref i, PtxType.B32);
                i.C = Source(Operand(1), PtxType.B32);
                i.Execute = &WarpHandlers.Elect;
                break;
            default:
                TakeType();
                ExpectOperands(1);
                i.Kind = InstructionKind.Plain;
                i.D = Destination(Operand(0), PtxType.B32);
                i.Execute = &WarpHandlers.ActiveMask;
                break;
        }
        Emit(i);
    }

    private void RequireSync()
    {
        if (!Has("sync")) throw Error("only the .sync form is supported");
    }

    /// <summary>The result <c>d</c> or <c>d|p</c>.</summary>
    private void ValueAndPredicate(ref Instruction i, PtxType type)
    {
        PtxOperand result = Operand(0);
        if (result.Kind == PtxOperandKind.Pair)
        {
            i.D = Destination(result.Elements[0], type);
            i.D2 = Destination(result.Elements[1], PtxType.Pred);
        }
        else
        {
            i.D = Destination(result, type);
        }
    }

    private void Matrix()
    {
        // All lanes take part; the member mask names them all.
        Instruction i = new() { Kind = InstructionKind.Gated, C = Constant(uint.MaxValue, 4) };
        RequireSync();
        if (!Has("aligned")) throw Error("expected .aligned");
        switch (Mnemonic)
        {
            case "mma":
                Mma(ref i);
                break;
            case "movmatrix":
                if (!Has("m8n8") || !Has("trans")) throw Unknown();
                TakeType();
                ExpectOperands(2);
                i.D = Destination(Operand(0), PtxType.B32);
                i.A = Source(Operand(1), PtxType.B32);
                i.Class = InstructionClass.Warp;
                i.Execute = &WarpHandlers.MoveMatrix;
                break;
            default:
                MatrixAccess(ref i, Mnemonic == "ldmatrix");
                break;
        }
        Emit(i);
    }

    private void MatrixAccess(ref Instruction i, bool loads)
    {
        if (!Has("m8n8")) throw Unknown();
        i.Count = OneOf("x1", "x2", "x4") switch { "x1" => 1, "x2" => 2, "x4" => 4, _ => throw Error("expected .x1, .x2 or .x4") };
        i.Target = Has("trans") ? 1 : 0;
        MemorySpace space = TakeSpace() ?? MemorySpace.Shared;
        if (space != MemorySpace.Shared || TakeType() != PtxType.B16) throw Unknown();
        ExpectOperands(2);
        PtxOperand[] elements = Elements(Operand(loads ? 0 : 1));
        if (elements.Length != i.Count) throw Error($"expected {i.Count} registers, found {elements.Length}");
        i.Bytes = 16;
        i.Class = loads ? InstructionClass.Load : InstructionClass.Store;
        i.Access = loads ? AccessFlags.None : AccessFlags.Write;
        Address(ref i, Operand(loads ? 1 : 0), MemorySpace.Shared);
        i.List = _program.MakeList([.. elements.Select(e => loads ? Destination(e, PtxType.B32) : Source(e, PtxType.B32))]);
        if (loads) i.Execute = &WarpHandlers.LoadMatrix;
        else i.Execute = &WarpHandlers.StoreMatrix;
    }

    private void Mma(ref Instruction i)
    {
        string[] p = _statement.Parts;
        if (p.Length < 10 || !Has("row") || !Has("col")) throw Error("expected mma.sync.aligned.SHAPE.row.col with four types");
        bool saturates = Has("satfinite");
        MmaInstruction mma = MatrixOps.FindMma(p[3], p[^4], p[^3], p[^2], p[^1], saturates) ?? throw Error("this shape and these types are not supported");
        _taken[3] = _taken[^4] = _taken[^3] = _taken[^2] = _taken[^1] = true;
        ExpectOperands(4);
        PtxType type = mma.Wide ? PtxType.B64 : PtxType.B32;
        List<int> registers = [];
        int[] counts = [mma.AccumulatorRegisters, mma.ARegisters, mma.BRegisters, mma.AccumulatorRegisters];
        for (int n = 0; n < 4; n++)
        {
            PtxOperand[] elements = Elements(Operand(n));
            if (elements.Length != counts[n]) throw Error($"operand {n + 1}: expected {counts[n]} registers, found {elements.Length}");
            registers.AddRange(elements.Select(e => n == 0 ? Destination(e, type) : Source(e, type)));
        }
        i.List = _program.MakeList([.. registers]);
        i.Count = _program.Add(mma);
        i.Flops = mma.Flops / Lanes.Count;
        i.Class = InstructionClass.Matrix;
        i.Execute = &WarpHandlers.Mma;
    }
}
