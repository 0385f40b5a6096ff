using Spa.Emulator.Counters;
using Spa.Emulator.Ptx;

namespace Spa.Emulator.Warp.Decode;

/// <summary>Branches, calls, barriers, fences and hints.</summary>
internal sealed unsafe partial class Decoder
{
    private string Label(PtxOperand operand) => operand is { Kind: PtxOperandKind.Symbol, Name: not null } ? operand.Name : throw Error($"expected a label, found {operand}");

    private void Branch()
    {
        Has("uni");
        ExpectOperands(1);
        _jumps.Add((_code.Count, Label(Operand(0)), -1));
        Emit(new Instruction { Kind = InstructionKind.Branch, Class = InstructionClass.Control });
    }

    private void BranchIndexed()
    {
        if (!Has("idx")) throw Unknown();
        Has("uni");
        ExpectOperands(2);
        if (!_function.BranchTargets.TryGetValue(Label(Operand(1)), out string[]? targets)) throw Error($"no .branchtargets named {Operand(1)}");
        for (int n = 0; n < targets.Length; n++) _jumps.Add((_code.Count, targets[n], n));
        Emit(new Instruction { Kind = InstructionKind.BranchIndexed, Class = InstructionClass.Control, A = Source(Operand(0), PtxType.U32), List = _program.MakeList(new int[targets.Length]), Count = targets.Length });
    }

    private void Return()
    {
        Has("uni");
        ExpectOperands(0);
        Emit(Mnemonic == "exit" ? new Instruction { Kind = InstructionKind.Exit, Class = InstructionClass.Control } : Ending());
    }

    /// <summary>The function that a call names, or null for one of the device's own.</summary>
    private PtxFunctionSyntax? Callee(PtxStatement call)
    {
        PtxOperand target = call.Operands.FirstOrDefault(o => o.Kind != PtxOperandKind.List) ?? throw Error("no function");
        if (target.Kind != PtxOperandKind.Symbol || target.Name is null) throw Error("indirect calls are not supported");
        if (!_syntax.Functions.TryGetValue(target.Name, out PtxFunctionSyntax? callee)) throw Error($"function '{target.Name}' is not declared");
        if (callee.HasBody) return callee;
        return target.Name is "vprintf" or "__assertfail" ? null : throw Error($"function '{target.Name}' has no body in this module");
    }

    /// <summary>Copies arguments to the callee's parameters, jumps, and copies the results back.</summary>
    private void Call()
    {
        Has("uni");
        PtxFunctionSyntax? callee = Callee(_statement);
        PtxOperand[] operands = _statement.Operands;
        bool hasResults = operands[0].Kind == PtxOperandKind.List;
        PtxOperand[] results = hasResults ? operands[0].Elements : [];
        PtxOperand[] arguments = operands.Length > (hasResults ? 2 : 1) && operands[hasResults ? 2 : 1].Kind == PtxOperandKind.List ? operands[hasResults ? 2 : 1].Elements : [];
        if (callee is null)
        {
            SystemCall(operands[hasResults ? 1 : 0].Name!, results, arguments);
            return;
        }
        if (arguments.Length != callee.Parameters.Count || results.Length != callee.Returns.Count)
            throw Error($"{callee.Name} takes {callee.Parameters.Count} arguments and returns {callee.Returns.Count} values; found {arguments.Length} and {results.Length}");
        (int entry, int returnRegister) = DecodeFunction(callee);
        for (int n = 0; n < arguments.Length; n++) EmitCopy(VariableOf(arguments[n]), callee.Parameters[n]);
        Emit(new Instruction { Kind = InstructionKind.Call, Class = InstructionClass.Control, Target = entry, D = returnRegister });
        for (int n = 0; n < results.Length; n++) EmitCopy(callee.Returns[n], VariableOf(results[n]));
    }

    private void EmitCopy(PtxVariable from, PtxVariable to)
    {
        if (!_places.TryGetValue(from, out long source) || !_places.TryGetValue(to, out long target)) throw Error($"{from.Name} is no variable of space .param");
        if (from.Size != to.Size) throw Error($"{from.Name} has {from.Size} bytes, {to.Name} has {to.Size}");
        Emit(new Instruction { Execute = &MemoryHandlers.CopyLocal, A = (int)source, D = (int)target, Bytes = (int)from.Size, Class = InstructionClass.Move });
    }

    private void SystemCall(string name, PtxOperand[] results, PtxOperand[] arguments)
    {
        if (arguments.Length < 2) throw Error($"{name} takes more arguments");
        int[] places = [.. arguments.Select(a => (int)_places[VariableOf(a)]), .. results.Select(r => (int)_places[VariableOf(r)])];
        Emit(new Instruction { Execute = name == "vprintf" ? &SystemHandlers.Print : &SystemHandlers.AssertFail, List = _program.MakeList(places), Count = places.Length, Class = InstructionClass.Other });
    }

    private void Barrier()
    {
        if (Has("warp"))
        {
            if (!Has("sync")) throw Unknown();
            ExpectOperands(1);
            Emit(new Instruction { Kind = InstructionKind.WarpBarrier, Class = InstructionClass.Synchronize, C = Source(Operand(0), PtxType.B32) });
            return;
        }
        Has("cta");
        bool aligned = Mnemonic == "bar" | Has("aligned");
        string form = OneOf("sync", "arrive", "red") ?? throw Error("expected .sync, .arrive or .red");
        Instruction i = new() { Kind = InstructionKind.Barrier, Class = InstructionClass.Synchronize, Target = aligned ? BarrierForm.Aligned : 0 };
        int first = 0, count = OperandCount;
        if (form == "red")
        {
            string operation = OneOf("popc", "and", "or") ?? throw Error("expected .popc, .and or .or");
            TakeType();
            (i.C, bool negated) = Predicate(Operand(count - 1));
            i.D = Destination(Operand(0), operation == "popc" ? PtxType.U32 : PtxType.Pred);
            i.Target |= BarrierForm.Reduce | (negated ? BarrierForm.Negated : 0) | (operation == "popc" ? BarrierForm.Popc : operation == "and" ? BarrierForm.And : 0);
            (first, count) = (1, count - 1);
        }
        if (form == "arrive") i.Target |= BarrierForm.Arrive;
        i.A = Source(Operand(first), PtxType.U32);
        if (count > first + 1)
        {
            i.B = Source(Operand(first + 1), PtxType.U32);
            i.Target |= BarrierForm.Counted;
        }
        else if (form == "arrive")
        {
            throw Error("bar.arrive needs a number of threads");
        }
        Emit(i);
    }

    private void Fence()
    {
        bool device = true;
        if (Mnemonic == "membar")
        {
            device = OneOf("cta", "gl", "sys") is "gl" or "sys";
        }
        else
        {
            if (Has("proxy") || Has("mbarrier_init")) throw Unknown();
            OneOf("sc", "acq_rel", "acquire", "release");
            device = OneOf("cta", "cluster", "gpu", "sys") is not "cta";
        }
        Emit(new Instruction { Execute = device ? &MemoryHandlers.Fence : &MemoryHandlers.Nothing, Class = InstructionClass.Synchronize });
    }

    private void Other()
    {
        switch (Mnemonic)
        {
            case "trap" or "brkpt":
                ExpectOperands(0);
                Emit(new Instruction { Execute = &SystemHandlers.Trap, Class = InstructionClass.Control });
                break;
            case "nanosleep":
                TakeType();
                Emit(new Instruction { Kind = InstructionKind.Pause, Class = InstructionClass.Control });
                break;
            case "createpolicy":
                // A policy is a hint; its value is never looked at.
                _taken.AsSpan().Fill(true);
                Emit(new Instruction { Execute = &MoveHandlers.Copy<ulong>, D = Destination(Operand(0), PtxType.B64), A = Constant(0, 8), Class = InstructionClass.Move });
                break;
            case "prefetch" or "prefetchu" or "discard" or "applypriority" or "pmevent" or "griddepcontrol":
                _taken.AsSpan().Fill(true);
                Emit(new Instruction { Execute = &MemoryHandlers.Nothing, Class = InstructionClass.Other });
                break;
            default:
                throw Unknown();
        }
    }
}
