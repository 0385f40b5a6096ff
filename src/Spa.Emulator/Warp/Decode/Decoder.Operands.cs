using Spa.Emulator.Ptx;
using Spa.Emulator.Warp.Ops;

namespace Spa.Emulator.Warp.Decode;

/// <summary>Modifiers and operands.</summary>
internal sealed unsafe partial class Decoder
{
    private string Mnemonic => _statement.Parts[0];

    /// <summary>Whether the opcode has a modifier, which then counts as understood.</summary>
    private bool Has(string modifier)
    {
        for (int p = 1; p < _taken.Length; p++)
        {
            if (_taken[p] || _statement.Parts[p] != modifier) continue;
            _taken[p] = true;
            return true;
        }
        return false;
    }

    /// <summary>The one of some modifiers that the opcode has, or null.</summary>
    private string? OneOf(params ReadOnlySpan<string> modifiers)
    {
        foreach (string modifier in modifiers) if (Has(modifier)) return modifier;
        return null;
    }

    /// <summary>The next modifier that names a type.</summary>
    private PtxType TakeType()
    {
        for (int p = 1; p < _taken.Length; p++)
        {
            if (_taken[p]) continue;
            PtxType type = PtxTypes.Find(_statement.Parts[p]);
            if (type == PtxType.None) continue;
            _taken[p] = true;
            return type;
        }
        throw Error("no type");
    }

    private Rounding? TakeRounding() => OneOf("rn", "rz", "rm", "rp", "rna") switch
    {
        "rn" => Rounding.Nearest,
        "rz" => Rounding.Zero,
        "rm" => Rounding.Down,
        "rp" => Rounding.Up,
        "rna" => Rounding.NearestAway,
        _ => null,
    };

    private PtxOperand Operand(int index) => index < _statement.Operands.Length ? _statement.Operands[index] : throw Error($"expected at least {index + 1} operands, found {_statement.Operands.Length}");

    private int OperandCount => _statement.Operands.Length;

    private void ExpectOperands(int count)
    {
        if (OperandCount != count) throw Error($"expected {count} operands, found {OperandCount}");
    }

    private int RegisterOffset(PtxRegister register)
    {
        if (_registers.TryGetValue(register, out int offset)) return offset;
        return _registers[register] = NewRegister(register.LaneBytes);
    }

    /// <summary>Bytes of a lane of a register that holds a value of that type: 0 for a predicate.</summary>
    private static int LaneBytes(PtxType type) => type == PtxType.Pred ? 0 : Math.Max(2, PtxTypes.Size(type));

    /// <summary>A register to write, of exactly the type's size.</summary>
    private int Destination(PtxOperand operand, PtxType type)
    {
        if (operand.Kind == PtxOperandKind.Sink) return type == PtxType.Pred ? KernelProgram.SinkPredicate : KernelProgram.Sink;
        if (operand.Kind != PtxOperandKind.Register) throw Error($"expected a register to write, found {operand}");
        if (operand.Register!.LaneBytes != LaneBytes(type)) throw Error($"expected a register of {8 * LaneBytes(type)} bits for the result, found {operand} of type .{PtxTypes.Name(operand.Register.Type)}");
        return RegisterOffset(operand.Register);
    }

    /// <summary>A register, constant, address of a variable or special register to read as that type.</summary>
    private int Source(PtxOperand operand, PtxType type) => SourceOf(operand, type, LaneBytes(type));

    /// <summary>The same with a size of its own: conversions and stores may read wider registers.</summary>
    private int SourceOf(PtxOperand operand, PtxType type, int laneBytes)
    {
        switch (operand.Kind)
        {
            case PtxOperandKind.Register:
                if (operand.Register!.LaneBytes != laneBytes) throw Error($"expected a register of {8 * laneBytes} bits, found {operand} of type .{PtxTypes.Name(operand.Register.Type)}");
                return RegisterOffset(operand.Register);
            case PtxOperandKind.Immediate:
                return Constant(PtxParser.ImmediateBits(operand.NumberKind, operand.Bits, false, type), laneBytes);
            case PtxOperandKind.Symbol when operand.Variable is null && operand.Name![0] == '%':
                return Special(operand.Name, laneBytes);
            case PtxOperandKind.Symbol:
                return Constant((ulong)AddressOf(operand), laneBytes);
            default:
                throw Error($"expected a value, found {operand}");
        }
    }

    private int Constant(ulong value, int laneBytes)
    {
        if (laneBytes is > 0 and < 8) value &= (1UL << 8 * laneBytes) - 1;
        if (laneBytes == 0) value = value != 0 ? 1UL : 0;
        if (_constants.TryGetValue((value, laneBytes), out int offset)) return offset;
        offset = NewRegister(laneBytes);
        _program.Constants.Add((offset, laneBytes, value));
        return _constants[(value, laneBytes)] = offset;
    }

    private int Special(string name, int laneBytes)
    {
        if (!Specials.IsKnown(name)) throw Error($"register {name} is not declared, and no special register that this device has");
        if (laneBytes != 4) throw Error($"{name} has 32 bits, {8 * laneBytes} are wanted");
        if (_specials.TryGetValue(name, out int offset)) return offset;
        offset = NewRegister(4);
        _program.Specials.Add((offset, name));
        return _specials[name] = offset;
    }

    /// <summary>Address of a variable within its space; global and constant variables have generic addresses.</summary>
    private long AddressOf(PtxOperand operand)
    {
        PtxVariable variable = VariableOf(operand);
        if (variable.Space is "global" or "const") return variable.Place >= 0 ? variable.Place + operand.Offset : throw Error($"variable {variable.Name} has no storage");
        if (!_places.TryGetValue(variable, out long place)) throw Error($"variable {variable.Name} cannot be used here");
        return place + operand.Offset;
    }

    private PtxVariable VariableOf(PtxOperand operand)
    {
        if (operand.Variable is not null) return operand.Variable;
        if (operand.Name is not null && _syntax.Variables.TryGetValue(operand.Name, out PtxVariable? variable)) return variable;
        throw Error($"'{operand.Name}' is not declared");
    }

    /// <summary>A predicate register or constant to read, and whether it is written with <c>!</c>.</summary>
    private (int Offset, bool Negated) Predicate(PtxOperand operand)
    {
        if (operand.Kind == PtxOperandKind.Register && operand.Register!.Type != PtxType.Pred) throw Error($"expected a predicate, found {operand}");
        return (Source(operand, PtxType.Pred), operand.Negated);
    }

    /// <summary>Elements of a vector operand, or the operand itself.</summary>
    private static PtxOperand[] Elements(PtxOperand operand) => operand.Kind == PtxOperandKind.Vector ? operand.Elements : [operand];

    /// <summary>Base register and offset of <c>[...]</c>.</summary>
    private void Address(ref Instruction i, PtxOperand operand, MemorySpace space)
    {
        if (operand.Kind != PtxOperandKind.Address) throw Error($"expected an address in brackets, found {operand}");
        i.Space = space;
        i.Immediate = operand.Offset;
        if (operand.Register is not null)
        {
            if (operand.Register.LaneBytes is not (4 or 8)) throw Error($"an address needs a register of 32 or 64 bits, found {operand.Register.Name}");
            i.A = RegisterOffset(operand.Register);
            if (operand.Register.LaneBytes == 4) i.Access |= AccessFlags.NarrowBase;
            return;
        }
        if (operand.Variable is not null || operand.Name is not null)
        {
            i.Immediate = AddressOf(operand);
            PtxVariable variable = VariableOf(operand);
            // A generic access that names a variable goes to its space; parameters of a call lie in local memory.
            if (space is MemorySpace.Generic or MemorySpace.Param) i.Space = SpaceOf(variable);
        }
        i.A = Constant(0, 8);
    }

    private MemorySpace SpaceOf(PtxVariable variable) => variable.Space switch
    {
        "shared" => MemorySpace.Shared,
        "local" => MemorySpace.Local,
        "const" => MemorySpace.Const,
        "param" => _entry.Parameters.Contains(variable) ? MemorySpace.Param : MemorySpace.Local,
        _ => MemorySpace.Global,
    };
}
