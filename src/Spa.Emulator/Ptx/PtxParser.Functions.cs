using System.Globalization;

namespace Spa.Emulator.Ptx;

internal sealed partial class PtxParser
{
    private PtxFunctionSyntax _function = null!;
    private Dictionary<string, PtxRegister> _registers = [];
    private Dictionary<string, PtxVariable> _variables = [];
    private readonly Dictionary<(int File, int Line, int Column), int> _knownLocations = [];
    private int _location = -1;

    private void ReadFunction()
    {
        bool isEntry = Take().Text == ".entry";
        _registers = [];
        _variables = [];
        _location = -1;
        List<PtxVariable> returns = [];
        if (!isEntry && Current.Is("(")) returns = ReadParameters();
        int line = Current.Line;
        _function = new PtxFunctionSyntax { Name = TakeWord("a name"), IsEntry = isEntry, Line = line };
        _function.Returns.AddRange(returns);
        if (Current.Is("(")) _function.Parameters.AddRange(ReadParameters());
        foreach (PtxVariable parameter in returns.Concat(_function.Parameters)) _variables[parameter.Name] = parameter;
        while (Current.Kind == PtxTokenKind.Word)
        {
            string directive = Take().Text;
            switch (directive)
            {
                case ".maxntid" or ".reqntid":
                    int threads = (int)TakeInteger("a thread count");
                    while (TryTake(",")) threads *= (int)TakeInteger("a thread count");
                    _function.MaxThreads = threads;
                    break;
                case ".minnctapersm" or ".maxnreg" or ".maxnctapersm" or ".maxclusterrank":
                    TakeInteger("a number");
                    break;
                case ".noreturn" or ".explicitcluster":
                    break;
                case ".reqnctapercluster":
                    TakeInteger("a number");
                    while (TryTake(",")) TakeInteger("a number");
                    break;
                case ".pragma":
                    while (!TryTake(";")) _at++;
                    break;
                default:
                    throw Error($"unknown directive '{directive}' of function '{_function.Name}'");
            }
        }
        if (!TryTake(";"))
        {
            _function.HasBody = true;
            ReadBlock();
        }
        if (_function.HasBody || !_module.Functions.ContainsKey(_function.Name)) _module.Functions[_function.Name] = _function;
    }

    private List<PtxVariable> ReadParameters()
    {
        List<PtxVariable> parameters = [];
        Expect("(");
        if (TryTake(")")) return parameters;
        do parameters.Add(ReadDeclaration(isExtern: false));
        while (TryTake(","));
        Expect(")");
        return parameters;
    }

    private void ReadBlock()
    {
        Expect("{");
        // Names of an inner block hide those outside, and end with it.
        Dictionary<string, PtxRegister> registers = _registers;
        Dictionary<string, PtxVariable> variables = _variables;
        _registers = new Dictionary<string, PtxRegister>(registers);
        _variables = new Dictionary<string, PtxVariable>(variables);
        while (!TryTake("}"))
        {
            switch (Current.Text)
            {
                case "{":
                    ReadBlock();
                    break;
                case ".reg":
                    ReadRegisters();
                    break;
                case ".local" or ".shared" or ".param" or ".const" or ".global":
                    PtxVariable variable = ReadVariable(isExtern: false);
                    _variables[variable.Name] = variable;
                    _function.Variables.Add(variable);
                    break;
                case ".loc":
                    ReadLocation();
                    break;
                case ".pragma":
                    while (!TryTake(";")) _at++;
                    break;
                case ".file":
                    ReadFile();
                    break;
                case ";":
                    _at++;
                    break;
                default:
                    ReadStatement();
                    break;
            }
        }
        _registers = registers;
        _variables = variables;
    }

    private void ReadRegisters()
    {
        _at++;
        if (Current.Text is ".v2" or ".v4") throw Error("vector registers are not supported; use separate ones");
        string typeName = TakeWord("a type");
        PtxType type = PtxTypes.Find(typeName[1..]);
        if (type == PtxType.None) throw Error($"unknown type '{typeName}'");
        do
        {
            string name = TakeWord("a register");
            if (TryTake("<"))
            {
                int count = (int)TakeInteger("a count");
                Expect(">");
                for (int i = 0; i < count; i++) Add(name + i.ToString(CultureInfo.InvariantCulture));
            }
            else
            {
                Add(name);
            }
        }
        while (TryTake(","));
        Expect(";");

        void Add(string name)
        {
            PtxRegister register = new(name, type);
            _registers[name] = register;
            _function.Registers.Add(register);
        }
    }

    private void ReadLocation()
    {
        _at++;
        int file = (int)TakeInteger("a file"), line = (int)TakeInteger("a line"), column = (int)TakeInteger("a column");
        SourceLocation? inlinedAt = null;
        while (TryTake(","))
        {
            string word = TakeWord("an attribute");
            if (word == "function_name")
            {
                _at++;
                if (TryTake("+")) TakeInteger("an offset");
            }
            else if (word == "inlined_at")
            {
                inlinedAt = new SourceLocation((int)TakeInteger("a file"), (int)TakeInteger("a line"), (int)TakeInteger("a column"), null);
            }
        }
        (int, int, int) key = (file, line, column);
        if (inlinedAt is null && _knownLocations.TryGetValue(key, out _location)) return;
        _location = _module.Locations.Count;
        _module.Locations.Add(new SourceLocation(file, line, column, inlinedAt));
        if (inlinedAt is null) _knownLocations[key] = _location;
    }

    private void ReadStatement()
    {
        PtxRegister? predicate = null;
        bool negated = false;
        if (TryTake("@"))
        {
            negated = TryTake("!");
            string name = TakeWord("a predicate");
            predicate = _registers.GetValueOrDefault(name) ?? throw Error($"unknown register '{name}'");
        }
        int line = Current.Line;
        string word = TakeWord("an instruction");
        if (predicate is null && TryTake(":"))
        {
            _function.Labels[word] = _function.Statements.Count;
            if (TryTake(".branchtargets")) _function.BranchTargets[word] = ReadNames();
            else if (TryTake(".callprototype") || TryTake(".calltargets")) while (!TryTake(";")) _at++;
            return;
        }
        List<PtxOperand> operands = [];
        if (!TryTake(";"))
        {
            do operands.Add(ReadOperand());
            while (TryTake(","));
            Expect(";");
        }
        string[] parts = word.Split('.');
        _function.Statements.Add(new PtxStatement { Opcode = word, Parts = parts, Operands = [.. operands], Predicate = predicate, PredicateNegated = negated, Line = line, Location = _location });
    }

    private string[] ReadNames()
    {
        List<string> names = [];
        do names.Add(TakeWord("a label"));
        while (TryTake(","));
        Expect(";");
        return [.. names];
    }

    private PtxOperand ReadOperand()
    {
        if (TryTake("[")) return ReadAddress();
        if (TryTake("{")) return new PtxOperand { Kind = PtxOperandKind.Vector, Elements = ReadList("}") };
        if (TryTake("(")) return new PtxOperand { Kind = PtxOperandKind.List, Elements = ReadList(")") };
        bool inverted = TryTake("!");
        bool negative = !inverted && TryTake("-");
        if (Current.IsNumber)
        {
            PtxToken number = Take();
            ulong bits = number.Kind == PtxTokenKind.Integer ? (negative ? unchecked(0 - number.Value) : number.Value)
                : number.Value ^ (negative ? number.Kind == PtxTokenKind.Float32Bits ? 0x80000000u : 1ul << 63 : 0);
            return new PtxOperand { Kind = PtxOperandKind.Immediate, Bits = bits, NumberKind = number.Kind };
        }
        string name = TakeWord("an operand");
        if (name == "_") return new PtxOperand { Kind = PtxOperandKind.Sink };
        PtxOperand first;
        if (_registers.TryGetValue(name, out PtxRegister? register)) first = new PtxOperand { Kind = PtxOperandKind.Register, Register = register, Negated = inverted };
        else
        {
            long offset = TryTake("+") ? TakeInteger("an offset") : 0;
            first = new PtxOperand { Kind = PtxOperandKind.Symbol, Name = name, Variable = _variables.GetValueOrDefault(name) ?? _module.Variables.GetValueOrDefault(name), Offset = offset };
        }
        if (!TryTake("|")) return first;
        return new PtxOperand { Kind = PtxOperandKind.Pair, Elements = [first, ReadOperand()] };
    }

    private PtxOperand[] ReadList(string end)
    {
        List<PtxOperand> elements = [];
        if (TryTake(end)) return [];
        do elements.Add(ReadOperand());
        while (TryTake(","));
        Expect(end);
        return [.. elements];
    }

    private PtxOperand ReadAddress()
    {
        PtxRegister? register = null;
        PtxVariable? variable = null;
        string? name = null;
        long offset = 0;
        if (Current.Kind == PtxTokenKind.Word)
        {
            name = Take().Text;
            if (!_registers.TryGetValue(name, out register)) variable = _variables.GetValueOrDefault(name) ?? _module.Variables.GetValueOrDefault(name) ?? throw Error($"unknown name '{name}' in an address");
            if (TryTake("+")) offset = TakeInteger("an offset");
            else if (Current.Is("-")) offset = TakeInteger("an offset");
        }
        else
        {
            offset = TakeInteger("an address");
        }
        Expect("]");
        return new PtxOperand { Kind = PtxOperandKind.Address, Register = register, Variable = variable, Name = name, Offset = offset };
    }
}
