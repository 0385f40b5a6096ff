using Spa.Emulator.Counters;
using Spa.Emulator.Ptx;
using Spa.Emulator.Warp.Ops;

namespace Spa.Emulator.Warp.Decode;

/// <summary>Loads, stores, atomics, asynchronous copies.</summary>
internal sealed unsafe partial class Decoder
{
    /// <summary>Hints that change nothing but speed.</summary>
    private bool TakeCacheHints()
    {
        bool hasPolicy = false;
        for (int p = 1; p < _taken.Length; p++)
        {
            string part = _statement.Parts[p];
            if (_taken[p]) continue;
            if (part is "ca" or "cg" or "cs" or "lu" or "cv" or "wb" or "wt" or "nc" or "unified" || part.StartsWith("L1::", StringComparison.Ordinal) || part.StartsWith("L2::", StringComparison.Ordinal)
                || part.StartsWith("level::", StringComparison.Ordinal))
            {
                _taken[p] = true;
                hasPolicy |= part == "L2::cache_hint";
            }
        }
        return hasPolicy;
    }

    private AccessFlags TakeOrder()
    {
        AccessFlags order = OneOf("volatile", "relaxed", "acquire", "release", "acq_rel", "mmio", "weak") switch
        {
            "volatile" or "relaxed" or "mmio" => AccessFlags.Strong,
            "acquire" => AccessFlags.Strong | AccessFlags.Acquire,
            "release" => AccessFlags.Strong | AccessFlags.Release,
            "acq_rel" => AccessFlags.Strong | AccessFlags.Acquire | AccessFlags.Release,
            _ => AccessFlags.None,
        };
        OneOf("cta", "cluster", "gpu", "sys");
        return order;
    }

    private int TakeVector() => OneOf("v2", "v4", "v8") switch { "v2" => 2, "v4" => 4, "v8" => 8, _ => 1 };

    private void Load()
    {
        AccessFlags order = TakeOrder();
        MemorySpace? named = TakeSpace();
        bool hasPolicy = TakeCacheHints();
        int count = TakeVector();
        PtxType type = TakeType();
        ExpectOperands(hasPolicy ? 3 : 2);
        PtxOperand[] elements = Elements(Operand(0));
        if (elements.Length != count) throw Error($"expected {count} registers, found {elements.Length}");
        int laneBytes = WidestOf(elements, type), bytes = count * PtxTypes.Size(type);
        Instruction i = new() { Class = InstructionClass.Load, Count = count, Bytes = bytes, Access = order };
        Address(ref i, Operand(1), named ?? MemorySpace.Generic);
        i.List = _program.MakeList([.. elements.Select(e => e.Kind == PtxOperandKind.Sink ? -1 : WideRegister(e, laneBytes))]);
        bool isFixed = i.Space == MemorySpace.Param && Operand(1).Register is null;
        if (isFixed && (i.Immediate < 0 || i.Immediate + bytes > _program.ParameterBytes || i.Immediate % bytes != 0)) throw Error($"reads {bytes} bytes at byte {i.Immediate} of {_program.ParameterBytes} bytes of parameters");
        i.Execute = Loader(type, laneBytes, isFixed);
        Emit(i);
    }

    /// <summary>Bytes of a lane of the registers that hold elements; they may be wider than the type.</summary>
    private int WidestOf(PtxOperand[] elements, PtxType type)
    {
        foreach (PtxOperand element in elements) if (element.Kind == PtxOperandKind.Register) return Math.Max(element.Register!.LaneBytes, LaneBytes(type));
        return LaneBytes(type);
    }

    private int WideRegister(PtxOperand operand, int laneBytes)
    {
        if (operand.Kind != PtxOperandKind.Register || operand.Register!.LaneBytes != laneBytes) throw Error($"expected a register of {8 * laneBytes} bits, found {operand}");
        return RegisterOffset(operand.Register);
    }

    private Handler Loader(PtxType type, int laneBytes, bool isFixed) => (PtxTypes.Size(type), PtxTypes.IsSigned(type)) switch
    {
        (1, false) => Loader<byte>(laneBytes, isFixed),
        (1, true) => Loader<sbyte>(laneBytes, isFixed),
        (2, false) => Loader<ushort>(laneBytes, isFixed),
        (2, true) when laneBytes > 2 => Loader<short>(laneBytes, isFixed),
        (2, true) => Loader<ushort>(laneBytes, isFixed),
        (4, true) when laneBytes > 4 => Loader<int>(laneBytes, isFixed),
        (4, _) => Loader<uint>(laneBytes, isFixed),
        (8, _) => Loader<ulong>(laneBytes, isFixed),
        _ => throw Unknown(),
    };

    private Handler Loader<TMemory>(int laneBytes, bool isFixed) where TMemory : unmanaged, System.Numerics.IBinaryInteger<TMemory> => (laneBytes, isFixed) switch
    {
        (2, false) => &MemoryHandlers.Load<TMemory, ushort>,
        (4, false) => &MemoryHandlers.Load<TMemory, uint>,
        (8, false) => &MemoryHandlers.Load<TMemory, ulong>,
        (2, true) => &MemoryHandlers.LoadParameter<TMemory, ushort>,
        (4, true) => &MemoryHandlers.LoadParameter<TMemory, uint>,
        (8, true) => &MemoryHandlers.LoadParameter<TMemory, ulong>,
        _ => throw Unknown(),
    };

    private void Store()
    {
        AccessFlags order = TakeOrder();
        MemorySpace? named = TakeSpace();
        // st.param in a kernel writes the argument of a call, which lies in local memory.
        if (named == MemorySpace.Param) named = MemorySpace.Local;
        bool hasPolicy = TakeCacheHints();
        int count = TakeVector();
        PtxType type = TakeType();
        ExpectOperands(hasPolicy ? 3 : 2);
        PtxOperand[] elements = Elements(Operand(1));
        if (elements.Length != count) throw Error($"expected {count} registers, found {elements.Length}");
        int laneBytes = WidestOf(elements, type);
        Instruction i = new() { Class = InstructionClass.Store, Count = count, Bytes = count * PtxTypes.Size(type), Access = order | AccessFlags.Write, D2 = laneBytes };
        Address(ref i, Operand(0), named ?? MemorySpace.Generic);
        if (i.Space == MemorySpace.Const) throw Error("constant memory cannot be written");
        i.List = _program.MakeList([.. elements.Select(e => SourceOf(e, type, laneBytes))]);
        i.Execute = PtxTypes.Size(type) switch
        {
            1 => Storer<byte>(laneBytes),
            2 => Storer<ushort>(laneBytes),
            4 => Storer<uint>(laneBytes),
            8 => Storer<ulong>(laneBytes),
            _ => throw Unknown(),
        };
        Emit(i);
    }

    private Handler Storer<TMemory>(int laneBytes) where TMemory : unmanaged, System.Numerics.IBinaryInteger<TMemory> => laneBytes switch
    {
        2 => &MemoryHandlers.Store<TMemory, ushort>,
        4 => &MemoryHandlers.Store<TMemory, uint>,
        8 => &MemoryHandlers.Store<TMemory, ulong>,
        _ => throw Unknown(),
    };

    private void Atomic()
    {
        AccessFlags order = TakeOrder();
        MemorySpace space = TakeSpace() ?? MemorySpace.Generic;
        bool hasPolicy = TakeCacheHints();
        string operation = OneOf("add", "min", "max", "and", "or", "xor", "exch", "cas", "inc", "dec") ?? throw Error("no operation");
        Has("noftz");
        PtxType type = TakeType();
        bool returns = Mnemonic == "atom";
        int first = returns ? 1 : 0;
        ExpectOperands(first + (operation == "cas" ? 3 : 2) + (hasPolicy ? 1 : 0));
        Instruction i = new()
        {
            Class = InstructionClass.Atomic,
            Count = 1,
            Bytes = PtxTypes.Size(type),
            Access = order | AccessFlags.Strong | AccessFlags.Atomic | AccessFlags.Write,
            D = returns ? Destination(Operand(0), type) : KernelProgram.Sink,
        };
        Address(ref i, Operand(first), space);
        i.B = Source(Operand(first + 1), type);
        i.C = operation == "cas" ? Source(Operand(first + 2), type) : KernelProgram.Sink;
        i.Execute = AtomicHandler(operation, type, i.Space == MemorySpace.Shared);
        Emit(i);
    }

    private Handler AtomicHandler(string operation, PtxType type, bool isShared) => (operation, type) switch
    {
        ("add", PtxType.U32 or PtxType.S32) => &MemoryHandlers.Atomic<uint, AtomicAdd<uint>>,
        ("add", PtxType.U64 or PtxType.S64) => &MemoryHandlers.Atomic<ulong, AtomicAdd<ulong>>,
        ("add", PtxType.F32) when isShared => &MemoryHandlers.Atomic<float, AtomicAddF32<Off>>,
        ("add", PtxType.F32) => &MemoryHandlers.Atomic<float, AtomicAddF32<On>>,
        ("add", PtxType.F64) => &MemoryHandlers.Atomic<double, AtomicAdd<double>>,
        ("add", PtxType.F16) => &MemoryHandlers.Atomic<ushort, AtomicSmall<AddSmall<HalfFormat, Off, Off>>>,
        ("add", PtxType.BF16) => &MemoryHandlers.Atomic<ushort, AtomicSmall<AddSmall<BrainFormat, Off, Off>>>,
        ("add", PtxType.F16x2) => &MemoryHandlers.Atomic<uint, AtomicSmallPair<AddSmall<HalfFormat, Off, Off>>>,
        ("add", PtxType.BF16x2) => &MemoryHandlers.Atomic<uint, AtomicSmallPair<AddSmall<BrainFormat, Off, Off>>>,
        ("min", PtxType.S32) => &MemoryHandlers.Atomic<int, AtomicMinimum<int>>,
        ("min", PtxType.U32) => &MemoryHandlers.Atomic<uint, AtomicMinimum<uint>>,
        ("min", PtxType.S64) => &MemoryHandlers.Atomic<long, AtomicMinimum<long>>,
        ("min", PtxType.U64) => &MemoryHandlers.Atomic<ulong, AtomicMinimum<ulong>>,
        ("max", PtxType.S32) => &MemoryHandlers.Atomic<int, AtomicMaximum<int>>,
        ("max", PtxType.U32) => &MemoryHandlers.Atomic<uint, AtomicMaximum<uint>>,
        ("max", PtxType.S64) => &MemoryHandlers.Atomic<long, AtomicMaximum<long>>,
        ("max", PtxType.U64) => &MemoryHandlers.Atomic<ulong, AtomicMaximum<ulong>>,
        ("inc", PtxType.U32) => &MemoryHandlers.Atomic<uint, AtomicIncrement>,
        ("dec", PtxType.U32) => &MemoryHandlers.Atomic<uint, AtomicDecrement>,
        ("and", _) when PtxTypes.Size(type) == 4 => &MemoryHandlers.Atomic<uint, AtomicAnd<uint>>,
        ("and", _) when PtxTypes.Size(type) == 8 => &MemoryHandlers.Atomic<ulong, AtomicAnd<ulong>>,
        ("or", _) when PtxTypes.Size(type) == 4 => &MemoryHandlers.Atomic<uint, AtomicOr<uint>>,
        ("or", _) when PtxTypes.Size(type) == 8 => &MemoryHandlers.Atomic<ulong, AtomicOr<ulong>>,
        ("xor", _) when PtxTypes.Size(type) == 4 => &MemoryHandlers.Atomic<uint, AtomicXor<uint>>,
        ("xor", _) when PtxTypes.Size(type) == 8 => &MemoryHandlers.Atomic<ulong, AtomicXor<ulong>>,
        ("exch", _) when PtxTypes.Size(type) == 4 => &MemoryHandlers.Atomic<uint, AtomicExchange<uint>>,
        ("exch", _) when PtxTypes.Size(type) == 8 => &MemoryHandlers.Atomic<ulong, AtomicExchange<ulong>>,
        ("cas", _) when PtxTypes.Size(type) == 2 => &MemoryHandlers.Atomic<ushort, AtomicCompareSwap<ushort>>,
        ("cas", _) when PtxTypes.Size(type) == 4 => &MemoryHandlers.Atomic<uint, AtomicCompareSwap<uint>>,
        ("cas", _) when PtxTypes.Size(type) == 8 => &MemoryHandlers.Atomic<ulong, AtomicCompareSwap<ulong>>,
        _ => throw Unknown(),
    };

    private void AsyncCopies()
    {
        if (!Has("async")) throw Unknown();
        if (Has("commit_group"))
        {
            ExpectOperands(0);
            Emit(new Instruction { Execute = &WarpState.Commit, Class = InstructionClass.AsyncCopy });
            return;
        }
        if (OneOf("wait_group", "wait_all") is { } wait)
        {
            if (wait == "wait_group" && Operand(0).Kind != PtxOperandKind.Immediate) throw Error("expected a number of groups");
            Emit(new Instruction { Execute = &WarpState.Wait, Count = wait == "wait_all" ? -1 : checked((int)Operand(0).Bits), Class = InstructionClass.AsyncCopy });
            return;
        }
        bool bypass = Has("cg");
        if (!Has("shared") && !Has("shared::cta") || !Has("global")) throw Unknown();
        bool hasPolicy = TakeCacheHints();
        int size = OperandCount > 2 && Operand(2).Kind == PtxOperandKind.Immediate ? (int)Operand(2).Bits : 0;
        if (bypass ? size != 16 : size is not (4 or 8 or 16)) throw Error($"expected {(bypass ? "16" : "4, 8 or 16")} bytes, found {size}");
        int extra = OperandCount - 3 - (hasPolicy ? 1 : 0);
        if (extra is < 0 or > 1) throw Error($"found {OperandCount} operands");
        Instruction i = new() { Execute = &WarpState.CopyAsync, Class = InstructionClass.AsyncCopy, Bytes = size };
        Address(ref i, Operand(0), MemorySpace.Shared);
        PtxOperand source = Operand(1);
        if (source.Kind != PtxOperandKind.Address || source.Register is { LaneBytes: not 8 }) throw Error("expected a source address in a 64-bit register");
        i.B = source.Register is not null ? RegisterOffset(source.Register) : Constant(0, 8);
        i.D2 = checked((int)(source.Register is not null ? source.Offset : 0));
        if (source.Register is null) i.B = Constant((ulong)AddressOf(source), 8);
        if (extra == 1)
        {
            PtxOperand last = Operand(3);
            bool ignores = last.Kind == PtxOperandKind.Register && last.Register!.Type == PtxType.Pred;
            i.Target = ignores ? 3 : 1;
            if (ignores) (i.C, i.Count) = Predicate(last) is var (offset, negated) ? (offset, negated ? -1 : 0) : default;
            else i.C = Source(last, PtxType.U32);
        }
        Emit(i);
    }
}
