using Spa.Emulator.Counters;
using Spa.Emulator.Memory;
using Spa.Emulator.Ptx;
using Spa.Emulator.Warp.Ops;

namespace Spa.Emulator.Warp.Decode;

/// <summary>Moves, packing, address conversions and cvt.</summary>
internal sealed unsafe partial class Decoder
{
    private void Move()
    {
        PtxType type = TakeType();
        ExpectOperands(2);
        PtxOperand to = Operand(0), from = Operand(1);
        if (to.Kind == PtxOperandKind.Vector || from.Kind == PtxOperandKind.Vector)
        {
            Pack(type, to, from);
            return;
        }
        if (type == PtxType.Pred)
        {
            (int a, bool negated) = Predicate(from);
            Emit(new Instruction { Execute = &CompareHandlers.MovePredicate, D = Destination(to, type), A = a, Count = negated ? 1 : 0, Class = InstructionClass.Move });
            return;
        }
        if (from is { Kind: PtxOperandKind.Symbol, Variable: null } && Specials.FindClock(from.Name!) is >= 0 and var clock)
        {
            Emit(new Instruction { Execute = LaneBytes(type) == 8 ? &MoveHandlers.ReadClock<ulong> : &MoveHandlers.ReadClock<uint>, D = Destination(to, type), Count = clock, Class = InstructionClass.Move });
            return;
        }
        Emit(new Instruction { Execute = Copy(LaneBytes(type)), D = Destination(to, type), A = Source(from, type), Class = InstructionClass.Move });
    }

    private static Handler Copy(int laneBytes) => laneBytes switch
    {
        2 => &MoveHandlers.Copy<ushort>,
        4 => &MoveHandlers.Copy<uint>,
        _ => &MoveHandlers.Copy<ulong>,
    };

    /// <summary>mov between a register and the vector of its parts.</summary>
    private void Pack(PtxType type, PtxOperand to, PtxOperand from)
    {
        PtxOperand[] parts = Elements(to.Kind == PtxOperandKind.Vector ? to : from);
        int bytes = PtxTypes.Size(type) / parts.Length;
        PtxType part = bytes switch { 2 => PtxType.B16, 4 => PtxType.B32, 1 => PtxType.B8, _ => throw Unknown() };
        if (parts.Length is not (2 or 4) || PtxTypes.Size(type) > 8) throw Unknown();
        bool packs = from.Kind == PtxOperandKind.Vector;
        int[] list = [.. parts.Select(p => packs ? Source(p, part) : p.Kind == PtxOperandKind.Sink ? -1 : Destination(p, part))];
        Instruction i = new() { List = _program.MakeList(list), Count = parts.Length, Class = InstructionClass.Move };
        if (packs) i.D = Destination(to, type);
        else i.A = Source(from, type);
        i.Execute = (LaneBytes(type), bytes, packs) switch
        {
            (4, 2, true) => &MoveHandlers.Pack<ushort, uint>,
            (4, 2, false) => &MoveHandlers.Unpack<ushort, uint>,
            (8, 4, true) => &MoveHandlers.Pack<uint, ulong>,
            (8, 4, false) => &MoveHandlers.Unpack<uint, ulong>,
            (8, 2, true) => &MoveHandlers.Pack<ushort, ulong>,
            (8, 2, false) => &MoveHandlers.Unpack<ushort, ulong>,
            (2, 1, true) => &MoveHandlers.PackBytes<ushort>,
            (2, 1, false) => &MoveHandlers.UnpackBytes<ushort>,
            (4, 1, true) => &MoveHandlers.PackBytes<uint>,
            (4, 1, false) => &MoveHandlers.UnpackBytes<uint>,
            _ => throw Unknown(),
        };
        Emit(i);
    }

    private MemorySpace? TakeSpace()
    {
        for (int p = 1; p < _taken.Length; p++)
        {
            if (_taken[p]) continue;
            MemorySpace? space = _statement.Parts[p] switch
            {
                "global" => MemorySpace.Global,
                "shared" or "shared::cta" => MemorySpace.Shared,
                "local" => MemorySpace.Local,
                "const" => MemorySpace.Const,
                "param" or "param::entry" or "param::func" => MemorySpace.Param,
                _ => null,
            };
            if (space is null) continue;
            _taken[p] = true;
            // The parameters of a called function lie in its local memory.
            return space == MemorySpace.Param && _function != _entry ? MemorySpace.Local : space;
        }
        return null;
    }

    private void ConvertAddress()
    {
        bool to = Has("to");
        MemorySpace space = TakeSpace() ?? throw Error("no space");
        PtxType type = TakeType();
        if (PtxTypes.Size(type) != 8) throw Error("expected 64-bit addresses");
        ExpectOperands(2);
        ulong window = Windows.Start(space);
        Emit(new Instruction
        {
            Execute = window == 0 ? &MoveHandlers.Copy<ulong> : &MemoryHandlers.ToGeneric,
            D = Destination(Operand(0), type),
            A = Source(Operand(1), type),
            Immediate = (long)(to ? 0 - window : window),
            Class = InstructionClass.Move,
        });
    }

    private void IsSpace()
    {
        MemorySpace space = TakeSpace() ?? throw Error("no space");
        ExpectOperands(2);
        Emit(new Instruction { Execute = &MemoryHandlers.IsInSpace, D = Destination(Operand(0), PtxType.Pred), A = Source(Operand(1), PtxType.B64), Count = (int)space, Class = InstructionClass.Integer });
    }

    private void Convert()
    {
        string? whole = OneOf("rni", "rzi", "rmi", "rpi");
        Rounding rounding = whole switch { "rni" => Rounding.Nearest, "rzi" => Rounding.Zero, "rmi" => Rounding.Down, "rpi" => Rounding.Up, _ => TakeRounding() ?? Rounding.Nearest };
        int flags = (Has("ftz") ? ConvertHandlers.Ftz : 0) | (Has("sat") ? ConvertHandlers.Sat : 0) | (Has("relu") ? ConvertHandlers.Relu : 0) | (Has("satfinite") ? ConvertHandlers.SatFinite : 0);
        PtxType to = TakeType(), from = TakeType();
        if (whole is not null && PtxTypes.IsFloat(to)) flags |= ConvertHandlers.ToInteger;
        if (whole is null && PtxTypes.IsFloat(from) && !PtxTypes.IsFloat(to) && to is not (PtxType.F16x2 or PtxType.BF16x2)) throw Error("a conversion to an integer needs .rni, .rzi, .rmi or .rpi");
        Instruction i = new() { Class = InstructionClass.Convert, Target = (int)from, Bytes = (int)rounding, D2 = flags };
        if (to is PtxType.F16x2 or PtxType.BF16x2)
        {
            if (from != F32) throw Unknown();
            ExpectOperands(3);
            i.D = Destination(Operand(0), to);
            (i.A, i.B) = (Source(Operand(1), F32), Source(Operand(2), F32));
            i.Count = (int)(to == PtxType.F16x2 ? PtxType.F16 : PtxType.BF16);
            i.Execute = &ConvertHandlers.Packed;
            Emit(i);
            return;
        }
        if (from is PtxType.E4M3x2 or PtxType.E5M2x2 || to is PtxType.E4M3x2 or PtxType.E5M2x2) throw Unknown();
        ExpectOperands(2);
        // Registers may be wider than the types.
        int fromBytes = Operand(1).Kind == PtxOperandKind.Register ? Operand(1).Register!.LaneBytes : LaneBytes(from);
        int toBytes = Operand(0).Kind == PtxOperandKind.Register ? Operand(0).Register!.LaneBytes : LaneBytes(to);
        if (fromBytes < LaneBytes(from) || toBytes < LaneBytes(to) || fromBytes == 0 || toBytes == 0) throw Error("a register is narrower than its type");
        i.D = Operand(0).Kind == PtxOperandKind.Sink ? KernelProgram.Sink : RegisterOffset(Operand(0).Register ?? throw Error("expected a register to write"));
        i.A = SourceOf(Operand(1), from, fromBytes);
        i.Count = (int)to;
        i.Immediate = fromBytes | toBytes << 4;
        i.Execute = FastConversion(from, to, fromBytes, toBytes, rounding, flags);
        Emit(i);
    }

    private static Handler FastConversion(PtxType from, PtxType to, int fromBytes, int toBytes, Rounding rounding, int flags)
    {
        if (flags == 0 && rounding == Rounding.Nearest)
        {
            bool exact = fromBytes == LaneBytes(from) && toBytes == LaneBytes(to);
            switch (from, to)
            {
                case (PtxType.S32, PtxType.S64 or PtxType.U64) when exact: return &WideHandlers.Extend<int>;
                case (PtxType.U32 or PtxType.B32, PtxType.S64 or PtxType.U64 or PtxType.B64) when exact: return &WideHandlers.Extend<uint>;
                case (PtxType.S64 or PtxType.U64 or PtxType.B64, PtxType.S32 or PtxType.U32 or PtxType.B32) when exact: return &WideHandlers.Narrow;
                case (PtxType.S32, PtxType.F32) when exact: return &Alu.Unary<uint, Int32ToSingle>;
                case (PtxType.BF16, PtxType.F32) when exact: return &Alu.Map<ushort, uint, BrainToSingle>;
                case (PtxType.F32, PtxType.BF16) when exact: return &Alu.Map<uint, ushort, SingleToBrain>;
                case (PtxType.U16, PtxType.U32 or PtxType.S32) when exact: return &Alu.Map<ushort, uint, Resize<ushort, uint>>;
                case (PtxType.S16, PtxType.U32 or PtxType.S32) when exact: return &Alu.Map<short, int, Resize<short, int>>;
                case (PtxType.U32 or PtxType.S32, PtxType.U16 or PtxType.S16) when exact: return &Alu.Map<uint, ushort, Resize<uint, ushort>>;
            }
        }
        return &ConvertHandlers.General;
    }
}
