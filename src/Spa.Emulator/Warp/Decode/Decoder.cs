using Spa.Emulator.Counters;
using Spa.Emulator.Ptx;

namespace Spa.Emulator.Warp.Decode;

/// <summary>
/// Turns a kernel and the functions it calls into a <see cref="KernelProgram"/>: places for registers and variables, operands as offsets, one handler per instruction. Whatever is
/// not understood, a modifier included, is refused here with its line, so that nothing unknown ever runs.
/// </summary>
internal sealed unsafe partial class Decoder
{
    private readonly PtxModule _module;
    private readonly PtxSyntax _syntax;
    private readonly KernelProgram _program;
    private readonly List<Instruction> _code = [];
    private readonly Dictionary<PtxRegister, int> _registers = [];
    private readonly Dictionary<PtxVariable, long> _places = [];
    private readonly Dictionary<(ulong Value, int LaneBytes), int> _constants = [];
    private readonly Dictionary<string, int> _specials = [];
    private readonly Dictionary<PtxFunctionSyntax, (int Entry, int ReturnRegister)> _functions = [];
    private readonly List<PtxFunctionSyntax> _callers = [];
    private readonly PtxFunctionSyntax _entry;
    private PtxFunctionSyntax _function;
    private PtxStatement _statement = null!;
    private bool[] _taken = [];

    private Decoder(PtxModule module, PtxSyntax syntax, PtxFunctionSyntax entry)
    {
        (_module, _syntax, _entry, _function) = (module, syntax, entry, entry);
        _program = new KernelProgram { Name = entry.Name, Module = module };
    }

    /// <exception cref="PtxException">Something in the kernel is not supported, with its line.</exception>
    public static KernelProgram Decode(PtxModule module, PtxSyntax syntax, PtxFunctionSyntax entry)
    {
        Decoder decoder = new(module, syntax, entry);
        try
        {
            decoder.Build();
            return decoder._program;
        }
        catch
        {
            decoder._program.Release();
            throw;
        }
    }

    private void Build()
    {
        long offset = 0;
        foreach (PtxVariable parameter in _entry.Parameters)
        {
            offset = AlignUp(offset, parameter.Alignment);
            _places[parameter] = parameter.Place = offset;
            offset += parameter.Size;
        }
        _program.ParameterBytes = checked((int)offset);
        PlaceShared();
        DecodeFunction(_entry);
        _program.Entry = _functions[_entry].Entry;
        _program.LocalBytes = (int)AlignUp(_program.LocalBytes, 16);
        _program.SetCode(_code);
    }

    private static long AlignUp(long value, int alignment) => alignment <= 1 ? value : (value + alignment - 1) / alignment * alignment;

    /// <summary>Places of shared variables, static ones first. Those of functions that the kernel does not reach cost nothing on a device either, but are rare enough to be left in.</summary>
    private void PlaceShared()
    {
        List<PtxVariable> dynamic = [];
        long offset = 0;
        IEnumerable<PtxVariable> variables = _syntax.Variables.Values.Concat(_entry.Variables).Concat(_syntax.Functions.Values.Where(f => !f.IsEntry).SelectMany(f => f.Variables));
        HashSet<PtxVariable> used = Used();
        foreach (PtxVariable variable in variables.Where(v => v.Space == "shared" && used.Contains(v)))
        {
            if (variable.Initial is not null) throw new PtxException(_syntax.Name, variable.Line, $"shared variable {variable.Name} cannot have an initial value");
            if (variable.Size == 0)
            {
                dynamic.Add(variable);
                continue;
            }
            offset = AlignUp(offset, variable.Alignment);
            _places[variable] = offset;
            offset += variable.Size;
        }
        _program.StaticSharedBytes = checked((int)offset);
        _program.DynamicSharedOffset = dynamic.Count == 0 ? (int)offset : (int)AlignUp(offset, Math.Max(16, dynamic.Max(v => v.Alignment)));
        foreach (PtxVariable variable in dynamic) _places[variable] = _program.DynamicSharedOffset;
    }

    /// <summary>Variables that the entry or any function names.</summary>
    private HashSet<PtxVariable> Used()
    {
        HashSet<PtxVariable> used = [];
        void Visit(PtxOperand operand)
        {
            if (operand.Variable is not null) used.Add(operand.Variable);
            else if (operand.Name is not null && _syntax.Variables.TryGetValue(operand.Name, out PtxVariable? variable)) used.Add(variable);
            foreach (PtxOperand element in operand.Elements) Visit(element);
        }
        foreach (PtxFunctionSyntax function in _syntax.Functions.Values.Where(f => f == _entry || !f.IsEntry))
            foreach (PtxStatement statement in function.Statements)
                foreach (PtxOperand operand in statement.Operands) Visit(operand);
        return used;
    }

    /// <summary>Decodes a function after those that it calls; returns where it begins and the register that holds where to return to.</summary>
    private (int Entry, int ReturnRegister) DecodeFunction(PtxFunctionSyntax function)
    {
        if (_functions.TryGetValue(function, out (int, int) known)) return known;
        if (_callers.Contains(function)) throw Error($"'{function.Name}' calls itself; recursion is not supported");
        (PtxFunctionSyntax caller, PtxStatement statement, bool[] taken) = (_function, _statement, _taken);
        _callers.Add(function);
        // Callees first: their code lies before this function's.
        foreach (PtxStatement call in function.Statements.Where(s => s.Parts[0] == "call"))
        {
            (_function, _statement) = (function, call);
            if (Callee(call) is { } callee) DecodeFunction(callee);
        }
        _function = function;
        bool isEntry = function == _entry;
        if (!isEntry) foreach (PtxVariable variable in function.Parameters.Concat(function.Returns)) PlaceLocal(variable);
        foreach (PtxVariable variable in function.Variables)
        {
            if (variable.Space is "local" or "param") PlaceLocal(variable);
            else if (variable.Space is "global" or "const") throw new PtxException(_syntax.Name, variable.Line, $"variable {variable.Name} of space .{variable.Space} inside a function is not supported");
        }
        int returnRegister = isEntry ? 0 : NewRegister(4);
        (int, int) made = (_code.Count, returnRegister);
        _functions[function] = made;
        int[] starts = new int[function.Statements.Count + 1];
        List<(int Code, string Label, int ListIndex)> jumps = [];
        _jumps = jumps;
        for (int s = 0; s < function.Statements.Count; s++)
        {
            starts[s] = _code.Count;
            DecodeStatement(function.Statements[s]);
        }
        starts[^1] = _code.Count;
        // A body may end without ret.
        _statement = new PtxStatement { Opcode = "ret", Parts = ["ret"], Operands = [], Line = function.Line };
        Emit(Ending());
        foreach ((int code, string label, int listIndex) in jumps)
        {
            if (!function.Labels.TryGetValue(label, out int target))
                throw new PtxException(_syntax.Name, _program.Statements[_code[code].Statement].Line, $"label {label} is not defined in {function.Name}");
            if (listIndex >= 0) _code[code].List[listIndex] = starts[target];
            else System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_code)[code].Target = starts[target];
        }
        _callers.RemoveAt(_callers.Count - 1);
        (_function, _statement, _taken) = (caller, statement, taken);
        return made;
    }

    private List<(int Code, string Label, int ListIndex)> _jumps = [];

    private Instruction Ending() => _function == _entry
        ? new Instruction { Kind = InstructionKind.Exit, Class = InstructionClass.Control }
        : new Instruction { Kind = InstructionKind.Return, Class = InstructionClass.Control, A = _functions[_function].ReturnRegister };

    private void PlaceLocal(PtxVariable variable)
    {
        if (_places.ContainsKey(variable)) return;
        if (variable.Initial is not null) throw new PtxException(_syntax.Name, variable.Line, $"local variable {variable.Name} cannot have an initial value");
        long offset = AlignUp(_program.LocalBytes, variable.Alignment);
        _places[variable] = offset;
        _program.LocalBytes = checked((int)(offset + variable.Size));
    }

    private int NewRegister(int laneBytes)
    {
        if (laneBytes == 0)
        {
            int predicate = (_program.RegisterBytes + 3) & ~3;
            _program.RegisterBytes = predicate + 4;
            return predicate;
        }
        int offset = (_program.RegisterBytes + 63) & ~63;
        _program.RegisterBytes = offset + laneBytes * Lanes.Count;
        return offset;
    }

    /// <summary>Appends an instruction with the statement's guard.</summary>
    private void Emit(Instruction instruction)
    {
        instruction.Statement = _program.Statements.Count - 1;
        if (instruction.Statement < 0 || _program.Statements[^1] != _statement)
        {
            _program.Statements.Add(_statement);
            instruction.Statement++;
        }
        instruction.Predicate = _statement.Predicate is null ? KernelProgram.True : RegisterOffset(_statement.Predicate);
        instruction.PredicateFlip = _statement.PredicateNegated ? uint.MaxValue : 0;
        _code.Add(instruction);
    }

    private PtxException Error(string message) => new(_syntax.Name, _statement?.Line ?? _function.Line, _statement is null ? message : $"{_statement.Opcode}: {message}");

    private PtxException Unknown() => Error("this instruction is not supported");

    private void DecodeStatement(PtxStatement statement)
    {
        _statement = statement;
        _taken = new bool[statement.Parts.Length];
        _taken[0] = true;
        DecodeInstruction();
        for (int p = 1; p < _taken.Length; p++) if (!_taken[p]) throw Error($"the modifier .{statement.Parts[p]} is not supported here");
    }
}
