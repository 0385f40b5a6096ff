using Spa.Emulator.Ptx;

namespace Spa.Emulator.Warp;

/// <summary>Turns a parsed kernel and what it calls into instructions on a register file.</summary>
internal sealed partial class Decoder
{
    private readonly PtxSyntax _module;
    private readonly Dictionary<string, ulong> _globals;
    private readonly List<Instruction> _code = [];
    private readonly Dictionary<string, int> _starts = [];
    private readonly List<PtxFunctionSyntax> _functions = [];
    private readonly List<(Instruction Instruction, PtxFunctionSyntax Function, string Label)> _jumps = [];
    private readonly List<(Instruction Instruction, PtxFunctionSyntax Function, string[] Labels)> _tables = [];
    private readonly Dictionary<(ulong Bits, bool Wide), int> _constants = [];
    private readonly Dictionary<string, int> _specials = [];
    private readonly HashSet<PtxVariable> _placed = [];
    private readonly List<PtxVariable> _openShared = [];
    private PtxFunctionSyntax _function = null!;
    private PtxFunctionSyntax _entry = null!;
    private PtxStatement _statement = null!;
    private int _fileBytes;
    private int _localBytes;
    private int _sharedBytes;

    private Decoder(PtxSyntax module, Dictionary<string, ulong> globals) => (_module, _globals) = (module, globals);

    /// <param name="module">Where the kernel is.</param>
    /// <param name="entry">The kernel.</param>
    /// <param name="globals">Addresses of the module's global and constant variables.</param>
    /// <exception cref="PtxException">An instruction is unknown or its operands make no sense.</exception>
    public static PtxProgram Decode(PtxSyntax module, PtxFunctionSyntax entry, Dictionary<string, ulong> globals) => new Decoder(module, globals).Build(entry);

    private PtxProgram Build(PtxFunctionSyntax entry)
    {
        _entry = entry;
        List<(int, int)> parameters = [];
        int parameterBytes = 0;
        foreach (PtxVariable parameter in entry.Parameters)
        {
            parameterBytes = Align(parameterBytes, parameter.Alignment);
            parameter.Place = parameterBytes;
            parameters.Add((parameterBytes, (int)parameter.Size));
            parameterBytes += (int)parameter.Size;
            _placed.Add(parameter);
        }
        // Shared variables without a length come behind all others, whose sizes are known once all functions are decoded.
        foreach (PtxVariable variable in SharedVariables(entry)) PlaceShared(variable);
        int open = _openShared.Count == 0 ? _sharedBytes : Align(_sharedBytes, Math.Max(16, _openShared.Max(v => v.Alignment)));
        foreach (PtxVariable variable in _openShared) variable.Place = open;
        Add(entry);
        for (int f = 0; f < _functions.Count; f++) DecodeFunction(_functions[f]);
        foreach ((Instruction instruction, PtxFunctionSyntax function, string label) in _jumps) instruction.Target = PlaceOf(instruction, function, label);
        foreach ((Instruction instruction, PtxFunctionSyntax function, string[] labels) in _tables) instruction.Targets = [.. labels.Select(label => PlaceOf(instruction, function, label))];
        foreach (Instruction instruction in _code)
            if (instruction.Extra is string callee) instruction.Target = _starts[callee];
        foreach (Instruction instruction in _code)
            if (instruction is { Kind: InstructionKind.Call, Extra: CallSite site }) instruction.Target = _starts[_functions[site.Function].Name];
        return new PtxProgram
        {
            Name = entry.Name,
            Module = _module,
            Code = [.. _code],
            FileBytes = Align(_fileBytes, 64),
            Constants = [.. _constants.Select(c => (c.Value, c.Key.Bits, c.Key.Wide))],
            Specials = [.. _specials.Select(s => (s.Value, s.Key))],
            LocalBytes = Align(_localBytes, 16),
            StaticSharedBytes = open,
            ParameterBytes = parameterBytes,
            Parameters = [.. parameters],
        };
    }

    private static int Align(int value, int alignment) => (value + Math.Max(1, alignment) - 1) / Math.Max(1, alignment) * Math.Max(1, alignment);

    private PtxException Error(string message) => new(_module.Name, _statement?.Line ?? _function.Line, $"{_statement?.Opcode}: {message}");

    /// <summary>Shared variables of the module and of all functions that the kernel may reach: all of them.</summary>
    private IEnumerable<PtxVariable> SharedVariables(PtxFunctionSyntax entry) =>
        _module.Variables.Values.Where(v => v.Space == "shared").Concat(_module.Functions.Values.Where(f => f == entry || !f.IsEntry).SelectMany(f => f.Variables).Where(v => v.Space == "shared"))
            .Where(v => Uses(entry, v));

    private bool Uses(PtxFunctionSyntax entry, PtxVariable variable) =>
        _module.Functions.Values.Where(f => f == entry || !f.IsEntry).Any(f => f.Statements.Any(s => s.Operands.Any(o => Mentions(o, variable))));

    private static bool Mentions(PtxOperand operand, PtxVariable variable) => operand.Variable == variable || operand.Name == variable.Name || operand.Elements.Any(e => Mentions(e, variable));

    private void PlaceShared(PtxVariable variable)
    {
        _placed.Add(variable);
        if (variable.Size == 0)
        {
            _openShared.Add(variable);
            return;
        }
        _sharedBytes = Align(_sharedBytes, variable.Alignment);
        variable.Place = _sharedBytes;
        _sharedBytes += checked((int)variable.Size);
    }

    private void PlaceLocal(PtxVariable variable)
    {
        if (!_placed.Add(variable)) return;
        _localBytes = Align(_localBytes, variable.Alignment);
        variable.Place = _localBytes;
        _localBytes += checked((int)variable.Size);
    }

    private int Add(PtxFunctionSyntax function)
    {
        int at = _functions.IndexOf(function);
        if (at >= 0) return at;
        _functions.Add(function);
        return _functions.Count - 1;
    }

    private int PlaceOf(Instruction instruction, PtxFunctionSyntax function, string label) => function.Labels.TryGetValue(label, out int index)
        ? _starts[function.Name] + index
        : throw new PtxException(_module.Name, instruction.Source.Line, $"{instruction}: unknown label '{label}'");

    private void DecodeFunction(PtxFunctionSyntax function)
    {
        _function = function;
        _starts[function.Name] = _code.Count;
        if (function != _entry) foreach (PtxVariable parameter in function.Returns.Concat(function.Parameters)) PlaceLocal(parameter);
        foreach (PtxVariable variable in function.Variables) if (variable.Space is "local" or "param") PlaceLocal(variable);
        foreach (PtxStatement statement in function.Statements)
        {
            _statement = statement;
            Instruction instruction = new() { Source = statement };
            if (statement.Predicate is not null)
            {
                instruction.Guard = Place(statement.Predicate);
                instruction.GuardNegated = statement.PredicateNegated;
            }
            Decode(instruction);
            _code.Add(instruction);
        }
        // Labels may stand behind the last instruction, and a body need not end with ret.
        PtxStatement end = new() { Opcode = "ret", Parts = ["ret"], Operands = [], Line = function.Line };
        _code.Add(new Instruction { Source = end, Kind = InstructionKind.Return, Mode = function == _entry ? -1 : _functions.IndexOf(function), Class = Counters.InstructionClass.Control });
    }

    private int Place(PtxRegister register)
    {
        if (register.Offset >= 0) return register.Offset;
        bool predicate = register.Type == PtxType.Pred, wide = PtxTypes.Size(register.Type) == 8;
        if (PtxTypes.Size(register.Type) > 8) throw Error($"registers of type {PtxTypes.Name(register.Type)} are not supported");
        return register.Offset = Reserve(predicate ? 4 : wide ? 256 : 128);
    }

    // Registers of 32 lanes lie on vectors; predicates are packed behind each other.
    private int _predicateRoom;
    private int _predicateNext;

    private int Reserve(int bytes)
    {
        if (bytes == 4)
        {
            if (_predicateRoom == 0) (_predicateNext, _predicateRoom) = (Reserve(64), 16);
            _predicateRoom--;
            return _predicateNext + 4 * (15 - _predicateRoom);
        }
        int at = _fileBytes;
        _fileBytes += bytes;
        return at;
    }

    private int Constant(ulong bits, bool wide)
    {
        if (!wide) bits &= uint.MaxValue;
        if (_constants.TryGetValue((bits, wide), out int at)) return at;
        return _constants[(bits, wide)] = Reserve(wide ? 256 : 128);
    }

    private static bool IsWide(PtxType type) => PtxTypes.Size(type) == 8;

    /// <summary>Place of a source operand that is used as a type.</summary>
    private int In(PtxOperand operand, PtxType type)
    {
        switch (operand.Kind)
        {
            case PtxOperandKind.Register:
                return Place(operand.Register!);
            case PtxOperandKind.Immediate:
                if (type == PtxType.Pred) return Constant(operand.Bits == 0 ? 0 : uint.MaxValue, false);
                PtxToken number = new(operand.NumberKind, "", operand.Bits, 0);
                ulong bits = operand.NumberKind == PtxTokenKind.Integer && PtxTypes.IsFloat(type) ? PtxParser.NumberBits(number, type, false)
                    : operand.NumberKind == PtxTokenKind.Float64Bits ? PtxParser.NumberBits(number, type, false)
                    : operand.NumberKind == PtxTokenKind.Float32Bits && type == PtxType.F64 ? PtxParser.NumberBits(number, type, false) : operand.Bits;
                return Constant(bits, IsWide(type));
            case PtxOperandKind.Symbol:
                if (operand.Name is { } name && name[0] == '%' && operand.Variable is null) return Special(name);
                if (operand.Variable is { } variable) return Constant((ulong)(AddressOf(variable) + operand.Offset), IsWide(type));
                throw Error($"unknown name '{operand.Name}'");
            default:
                throw Error($"expected a register or a number, found {operand}");
        }
    }

    private static readonly HashSet<string> s_specials =
    [
        "%tid.x", "%tid.y", "%tid.z", "%ntid.x", "%ntid.y", "%ntid.z", "%ctaid.x", "%ctaid.y", "%ctaid.z", "%nctaid.x", "%nctaid.y", "%nctaid.z", "%laneid", "%warpid", "%nwarpid", "%smid",
        "%nsmid", "%gridid", "%lanemask_eq", "%lanemask_lt", "%lanemask_le", "%lanemask_gt", "%lanemask_ge", "%dynamic_smem_size", "%total_smem_size",
    ];

    private int Special(string name)
    {
        if (!s_specials.Contains(name)) throw Error($"the special register {name} is not supported");
        if (_specials.TryGetValue(name, out int at)) return at;
        return _specials[name] = Reserve(128);
    }

    private long AddressOf(PtxVariable variable)
    {
        if (variable.Space is "global" or "const") return _globals.TryGetValue(variable.Name, out ulong address) ? (long)address : throw Error($"'{variable.Name}' has no address");
        if (variable.Space is "local" or "param" && !_placed.Contains(variable)) PlaceLocal(variable);
        return variable.Place;
    }

    /// <summary>Place of a result; -1 for <c>_</c>.</summary>
    private int Out(PtxOperand operand) => operand.Kind switch
    {
        PtxOperandKind.Register => Place(operand.Register!),
        PtxOperandKind.Sink => -1,
        _ => throw Error($"expected a register for the result, found {operand}"),
    };

    private byte WidthOf(PtxOperand operand, PtxType type) => operand.Kind == PtxOperandKind.Register ? (byte)(PtxTypes.Size(operand.Register!.Type) == 8 ? 8 : 4) : (byte)(IsWide(type) ? 8 : 4);

    private int[] Registers(PtxOperand operand, PtxType type, bool result) =>
        operand.Kind is PtxOperandKind.Vector or PtxOperandKind.List ? [.. operand.Elements.Select(e => result ? Out(e) : In(e, type))] : [result ? Out(operand) : In(operand, type)];

    private void SetAddress(Instruction i, PtxOperand operand)
    {
        if (operand.Kind != PtxOperandKind.Address) throw Error($"expected an address, found {operand}");
        i.Offset = operand.Offset;
        if (operand.Register is { } register)
        {
            i.A = Place(register);
            i.WideAddress = PtxTypes.Size(register.Type) == 8;
        }
        else if (operand.Variable is { } variable)
        {
            i.Offset += AddressOf(variable);
        }
    }

    private PtxOperand Operand(int index) => index < _statement.Operands.Length ? _statement.Operands[index] : throw Error($"expected at least {index + 1} operands, found {_statement.Operands.Length}");

    private bool Has(string modifier) => Array.IndexOf(_statement.Parts, modifier, 1) > 0;

    private PtxType LastType()
    {
        for (int p = _statement.Parts.Length - 1; p > 0; p--) if (PtxTypes.Find(_statement.Parts[p]) is var type && type != PtxType.None) return type;
        throw Error("expected a type");
    }

    private string Rounding(string otherwise = "rn")
    {
        foreach (string part in _statement.Parts) if (part is "rn" or "rz" or "rm" or "rp" or "rna" or "rni" or "rzi" or "rmi" or "rpi") return part;
        return otherwise;
    }
}
