using Spa.Emulator.Counters;
using Spa.Emulator.Ptx;

namespace Spa.Emulator.Warp;

internal sealed unsafe partial class Decoder
{
    private void Decode(Instruction i)
    {
        i.Class = InstructionClass.Integer;
        string name = _statement.Parts[0];
        switch (name)
        {
            case "mov":
                Move(i);
                break;
            case "ld" or "ldu":
                Load(i);
                break;
            case "st":
                Store(i);
                break;
            case "atom" or "red":
                Atomic(i);
                break;
            case "cvta":
                ConvertAddress(i);
                break;
            case "cvt":
                Convert(i);
                break;
            case "setp":
                Compare(i);
                break;
            case "set":
                SetValue(i);
                break;
            case "selp":
                Select(i);
                break;
            case "bra":
                i.Kind = InstructionKind.Branch;
                i.Class = InstructionClass.Control;
                _jumps.Add((i, _function, Operand(0).Name!));
                break;
            case "brx":
                i.Kind = InstructionKind.IndexedBranch;
                i.Class = InstructionClass.Control;
                i.A = In(Operand(0), PtxType.U32);
                _tables.Add((i, _function, _function.BranchTargets.TryGetValue(Operand(1).Name!, out string[]? labels) ? labels : throw Error($"unknown table '{Operand(1).Name}'")));
                break;
            case "call":
                Call(i);
                break;
            case "ret":
                i.Kind = InstructionKind.Return;
                i.Class = InstructionClass.Control;
                i.Mode = _function == _entry ? -1 : _functions.IndexOf(_function);
                break;
            case "exit":
                i.Kind = InstructionKind.Exit;
                i.Class = InstructionClass.Control;
                break;
            case "trap":
                Plain(i, &MemoryOperations.Trap, InstructionClass.Control);
                break;
            case "bar" or "barrier":
                Barrier(i);
                break;
            case "membar" or "fence":
                Plain(i, &MemoryOperations.Fence, InstructionClass.Control);
                break;
            case "nanosleep" or "brkpt" or "prefetch" or "prefetchu" or "discard" or "applypriority" or "pmevent" or "griddepcontrol" or "setmaxnreg":
                Plain(i, &MemoryOperations.Nothing, InstructionClass.Control);
                break;
            case "createpolicy":
                i.A = Constant(0, true);
                i.D = Out(Operand(0));
                Plain(i, &Vectors.Move64, InstructionClass.Move);
                break;
            case "isspacep":
                MemorySpace space = SpaceNamed(_statement.Parts[1]);
                PredicateFunction(i, Operand(0), (a, _, _) => Windows.SpaceOf(a) == space ? 1ul : 0);
                i.A = In(Operand(1), PtxType.U64);
                i.WidthA = 8;
                break;
            case "shfl" or "vote" or "activemask" or "elect" or "match" or "redux" or "mma" or "ldmatrix" or "stmatrix" or "movmatrix":
                WarpWide(i);
                break;
            case "cp":
                AsyncCopies(i);
                break;
            default:
                if (LastType() == PtxType.Pred) PredicateLogic(i);
                else Arithmetic(i);
                break;
        }
    }

    private static void Plain(Instruction i, delegate*<WarpState, Instruction, void> run, InstructionClass kind)
    {
        i.Kind = InstructionKind.Plain;
        i.Run = run;
        i.Class = kind;
    }

    private void Function(Instruction i, Func<ulong, ulong, ulong, ulong> function)
    {
        i.Extra = function;
        i.Run = &Vectors.Lanewise;
    }

    private void PredicateFunction(Instruction i, PtxOperand result, Func<ulong, ulong, ulong, ulong> function)
    {
        i.Extra = function;
        i.Run = &Vectors.LanewisePredicate;
        i.Class = InstructionClass.Predicate;
        PredicateResult(i, result);
    }

    private void PredicateResult(Instruction i, PtxOperand result)
    {
        if (result.Kind == PtxOperandKind.Pair)
        {
            i.D = Out(result.Elements[0]);
            i.D2 = Out(result.Elements[1]);
        }
        else
        {
            i.D = Out(result);
        }
    }

    private MemorySpace SpaceNamed(string name) => name switch
    {
        "global" => MemorySpace.Global,
        "shared" or "shared::cta" => MemorySpace.Shared,
        "local" => MemorySpace.Local,
        "const" => MemorySpace.Const,
        "param" or "param::entry" or "param::func" => MemorySpace.Param,
        _ => MemorySpace.Generic,
    };

    private MemorySpace SpaceOf(PtxOperand address)
    {
        foreach (string part in _statement.Parts.AsSpan(1))
        {
            MemorySpace space = SpaceNamed(part);
            if (space == MemorySpace.Generic) continue;
            // Parameters of the kernel are a space of their own; those of functions and calls are places in local memory.
            if (space == MemorySpace.Param && (address.Variable is { } variable ? !_entry.Parameters.Contains(variable) : _function != _entry)) return MemorySpace.Local;
            return space;
        }
        return address.Variable is { Space: var named } ? SpaceNamed(named) : MemorySpace.Generic;
    }

    private void Move(Instruction i)
    {
        PtxType type = LastType();
        PtxOperand to = Operand(0), from = Operand(1);
        i.Class = InstructionClass.Move;
        if (type == PtxType.Pred)
        {
            i.D = Out(to);
            i.A = In(from, PtxType.Pred);
            i.Run = &Predicates.Move;
        }
        else if (to.Kind == PtxOperandKind.Vector)
        {
            i.List = Registers(to, type, result: true);
            i.Size = PtxTypes.Size(type) / i.List.Length;
            i.A = In(from, type);
            i.WidthA = WidthOf(from, type);
            i.Run = &WarpOperations.Unpack;
        }
        else if (from.Kind == PtxOperandKind.Vector)
        {
            i.Size = PtxTypes.Size(type) / from.Elements.Length;
            i.List = Registers(from, i.Size == 4 ? PtxType.B32 : PtxType.B16, result: false);
            i.D = Out(to);
            i.WidthD = WidthOf(to, type);
            i.Run = &WarpOperations.Pack;
        }
        else if (from.Name is "%clock" or "%clock64" or "%globaltimer" or "%clock_hi" or "%globaltimer_lo")
        {
            i.D = Out(to);
            i.WidthD = WidthOf(to, type);
            ulong time = 0;
            Function(i, (_, _, _) => ++time);
        }
        else
        {
            i.D = Out(to);
            i.A = In(from, type);
            if (PtxTypes.Size(type) == 8) i.Run = &Vectors.Move64;
            else i.Run = &Vectors.Move;
        }
    }

    private void Load(Instruction i)
    {
        PtxType type = LastType();
        if (PtxTypes.Size(type) > 8) throw Error($"type {PtxTypes.Name(type)} is not supported");
        i.List = Registers(Operand(0), type, result: true);
        i.Size = PtxTypes.Size(type);
        i.Signed = PtxTypes.IsSigned(type);
        PtxOperand first = Operand(0).Kind == PtxOperandKind.Vector ? Operand(0).Elements.FirstOrDefault(e => e.Kind == PtxOperandKind.Register) ?? Operand(0).Elements[0] : Operand(0);
        i.WidthD = WidthOf(first, type);
        SetAddress(i, Operand(1));
        i.Space = SpaceOf(Operand(1));
        i.Run = &MemoryOperations.Load;
        i.Class = i.Space switch { MemorySpace.Shared => InstructionClass.SharedLoad, MemorySpace.Local => InstructionClass.LocalMemory, MemorySpace.Param or MemorySpace.Const => InstructionClass.ParameterLoad, _ => InstructionClass.GlobalLoad };
    }

    private void Store(Instruction i)
    {
        PtxType type = LastType();
        i.List = Registers(Operand(1), type, result: false);
        i.Size = PtxTypes.Size(type);
        PtxOperand first = Operand(1).Kind == PtxOperandKind.Vector ? Operand(1).Elements[0] : Operand(1);
        i.WidthD = WidthOf(first, type);
        SetAddress(i, Operand(0));
        i.Space = SpaceOf(Operand(0));
        i.Run = &MemoryOperations.Store;
        i.Class = i.Space switch { MemorySpace.Shared => InstructionClass.SharedStore, MemorySpace.Local => InstructionClass.LocalMemory, _ => InstructionClass.GlobalStore };
    }

    private void Atomic(Instruction i)
    {
        PtxType type = LastType();
        bool returns = _statement.Parts[0] == "atom";
        int at = returns ? 1 : 0;
        i.Size = PtxTypes.Size(type);
        if (returns)
        {
            i.D = Out(Operand(0));
            i.WidthD = WidthOf(Operand(0), type);
        }
        SetAddress(i, Operand(at));
        i.Space = SpaceOf(Operand(at));
        i.B = In(Operand(at + 1), type);
        i.WidthB = WidthOf(Operand(at + 1), type);
        if (_statement.Operands.Length > at + 2 && Has("cas"))
        {
            i.C = In(Operand(at + 2), type);
            i.WidthC = WidthOf(Operand(at + 2), type);
        }
        string operation = _statement.Parts.First(p => p is "add" or "min" or "max" or "and" or "or" or "xor" or "exch" or "cas" or "inc" or "dec");
        i.Extra = AtomicFunction(operation, type);
        i.Run = &MemoryOperations.Atomic;
        i.Class = InstructionClass.Atomic;
    }

    private Func<ulong, ulong, ulong, ulong> AtomicFunction(string operation, PtxType type) => (operation, type) switch
    {
        ("add", PtxType.F32) => (old, b, _) => Lane.B(Lane.F(old) + Lane.F(b)),
        ("add", PtxType.F64) => (old, b, _) => Lane.B(Lane.D(old) + Lane.D(b)),
        ("add", PtxType.F16) => (old, b, _) => Lane.ToHalf((double)Lane.H(old) + Lane.H(b)),
        ("add", PtxType.BF16) => (old, b, _) => Lane.ToBf((double)Lane.Bf(old) + Lane.Bf(b), "rn"),
        ("add", _) when !PtxTypes.IsFloat(type) => (old, b, _) => old + b,
        ("min", _) when PtxTypes.IsSigned(type) => (old, b, _) => (ulong)Math.Min(Lane.Integer(old, type), Lane.Integer(b, type)),
        ("max", _) when PtxTypes.IsSigned(type) => (old, b, _) => (ulong)Math.Max(Lane.Integer(old, type), Lane.Integer(b, type)),
        ("min", PtxType.U32 or PtxType.U64) => (old, b, _) => Math.Min(old, b),
        ("max", PtxType.U32 or PtxType.U64) => (old, b, _) => Math.Max(old, b),
        ("and", _) => (old, b, _) => old & b,
        ("or", _) => (old, b, _) => old | b,
        ("xor", _) => (old, b, _) => old ^ b,
        ("exch", _) => (_, b, _) => b,
        ("cas", _) => (old, b, c) => old == b ? c : old,
        ("inc", PtxType.U32) => (old, b, _) => (uint)old >= (uint)b ? 0 : old + 1,
        ("dec", PtxType.U32) => (old, b, _) => (uint)old == 0 || (uint)old > (uint)b ? b : old - 1,
        _ => throw Error($"the atomic {operation} of {PtxTypes.Name(type)} is not supported"),
    };

    private void ConvertAddress(Instruction i)
    {
        bool to = Has("to");
        i.Space = SpaceNamed(_statement.Parts[to ? 2 : 1]);
        PtxOperand from = Operand(1);
        i.D = Out(Operand(0));
        i.A = In(from, PtxType.U64);
        i.WidthA = WidthOf(from, PtxType.U64);
        i.WidthD = WidthOf(Operand(0), PtxType.U64);
        i.Mode = to ? -1 : 1;
        i.Class = InstructionClass.Move;
        // Of a function's parameters the address is one of local memory.
        if (i.Space == MemorySpace.Param && _function != _entry) i.Space = MemorySpace.Local;
        if (Windows.Start(i.Space) == 0 && i.WidthA == 8 && i.WidthD == 8) i.Run = &Vectors.Move64;
        else i.Run = &MemoryOperations.ConvertAddress;
    }

    private void Select(Instruction i)
    {
        PtxType type = LastType();
        i.D = Out(Operand(0));
        i.A = In(Operand(1), type);
        i.B = In(Operand(2), type);
        i.C = In(Operand(3), PtxType.Pred);
        i.Class = InstructionClass.Move;
        if (PtxTypes.Size(type) == 8) i.Run = &Vectors.Select64;
        else i.Run = &Vectors.Select;
    }

    private void Call(Instruction i)
    {
        i.Kind = InstructionKind.Call;
        i.Class = InstructionClass.Control;
        // call (ret), f, (args);  call f, (args);  call f;
        PtxOperand[] operands = _statement.Operands;
        int at = operands[0].Kind == PtxOperandKind.List ? 1 : 0;
        PtxOperand[] results = at == 1 ? operands[0].Elements : [];
        string name = operands[at].Name ?? throw Error("calls through a register are not supported");
        PtxOperand[] arguments = operands.Length > at + 1 && operands[at + 1].Kind == PtxOperandKind.List ? operands[at + 1].Elements : [];
        if (!_module.Functions.TryGetValue(name, out PtxFunctionSyntax? callee) || !callee.HasBody) throw Error($"unknown function '{name}'");
        if (arguments.Length != callee.Parameters.Count || results.Length != callee.Returns.Count) throw Error($"'{name}' takes {callee.Parameters.Count} arguments and gives {callee.Returns.Count}");
        foreach (PtxVariable parameter in callee.Parameters.Concat(callee.Returns)) PlaceLocal(parameter);
        List<(int, int, int)> copies = [];
        for (int n = 0; n < arguments.Length; n++) copies.Add(((int)AddressOf(Argument(arguments[n])), (int)callee.Parameters[n].Place, (int)callee.Parameters[n].Size));
        // Results need no copy: the caller's variable is read where the callee wrote.
        for (int n = 0; n < results.Length; n++)
        {
            PtxVariable result = Argument(results[n]);
            _placed.Add(result);
            result.Place = callee.Returns[n].Place;
        }
        i.Extra = new CallSite(Add(callee), [.. copies]);
    }

    private PtxVariable Argument(PtxOperand operand) => operand.Variable ?? throw Error($"expected a .param variable, found {operand}");

    private void Barrier(Instruction i)
    {
        i.Class = InstructionClass.Barrier;
        string[] parts = _statement.Parts;
        if (Has("warp"))
        {
            i.Kind = InstructionKind.Converging;
            i.E = In(Operand(0), PtxType.B32);
            i.Run = &MemoryOperations.Nothing;
            return;
        }
        if (Has("cluster")) throw Error("clusters are not supported");
        i.Kind = Has("arrive") ? InstructionKind.BarrierArrival : InstructionKind.Barrier;
        int at = 0;
        if (Has("red"))
        {
            i.D = Out(Operand(0));
            i.Mode = Has("popc") ? 0 : Has("and") ? 1 : 2;
            PtxOperand predicate = _statement.Operands[^1];
            i.C = In(predicate, PtxType.Pred);
            i.Signed = predicate.Negated;
            at = 1;
            i.A = In(Operand(1), PtxType.U32);
            if (_statement.Operands.Length == 4) i.B = In(Operand(2), PtxType.U32);
            return;
        }
        i.A = In(Operand(at), PtxType.U32);
        if (_statement.Operands.Length > at + 1) i.B = In(Operand(at + 1), PtxType.U32);
        _ = parts;
    }

    private void PredicateLogic(Instruction i)
    {
        i.Class = InstructionClass.Predicate;
        i.D = Out(Operand(0));
        i.A = In(Operand(1), PtxType.Pred);
        switch (_statement.Parts[0])
        {
            case "not":
                i.Run = &Predicates.Not;
                return;
            case "and" or "or" or "xor":
                i.B = In(Operand(2), PtxType.Pred);
                i.Mode = _statement.Parts[0] switch { "and" => Predicates.And, "or" => Predicates.Or, _ => Predicates.Xor };
                i.Run = &Predicates.Logic;
                return;
            default:
                throw Error("unknown instruction on predicates");
        }
    }
}
