namespace Spa.Emulator.Ptx;

/// <summary>Bodies of functions: declarations, labels, instructions, operands.</summary>
internal sealed partial class PtxParser
{
    private static readonly string[][] s_elementNames = [[".x", ".r"], [".y", ".g"], [".z", ".b"], [".w", ".a"]];

    // Scopes of nested braces, innermost last. Register families (%r<9>) make their registers at first use.
    private readonly List<Dictionary<string, object>> _scopes = [];
    private PtxFunctionSyntax _function = null!;
    private SourceLocation? _location;
    private int _locationIndex;

    private void ParseBody(PtxFunctionSyntax function)
    {
        _function = function;
        _location = null;
        _locationIndex = -1;
        function.HasBody = true;
        _scopes.Clear();
        Dictionary<string, object> scope = [];
        foreach (PtxVariable parameter in function.Parameters) scope[parameter.Name] = parameter;
        foreach (PtxVariable parameter in function.Returns) scope[parameter.Name] = parameter;
        _scopes.Add(scope);
        Expect("{");
        while (_scopes.Count > 0)
        {
            if (TryTake("}")) _scopes.RemoveAt(_scopes.Count - 1);
            else if (TryTake("{")) _scopes.Add([]);
            else ParseStatement();
        }
    }

    private void ParseStatement()
    {
        PtxToken token = Current;
        if (token.Kind == PtxTokenKind.End) throw Unexpected("'}'");
        if (TryTake(";")) return;
        if (token.Kind == PtxTokenKind.Word && token.Text[0] == '.') ParseDirective();
        else if (token.Kind == PtxTokenKind.Word && _tokens[_next + 1].Is(":")) ParseLabel();
        else ParseInstruction();
    }

    private void ParseLabel()
    {
        string label = Take().Text;
        Expect(":");
        if (Current.Is(".branchtargets"))
        {
            Take();
            List<string> targets = [];
            do targets.Add(TakeWord("a label")); while (TryTake(","));
            Expect(";");
            _function.BranchTargets[label] = [.. targets];
        }
        else if (Current.Is(".callprototype") || Current.Is(".calltargets"))
        {
            throw new PtxException(_source, Current.Line, $"'{Current.Text}': indirect calls are not supported");
        }
        else if (!_function.Labels.TryAdd(label, _function.Statements.Count))
        {
            throw new PtxException(_source, Current.Line, $"label {label} is defined twice");
        }
    }

    private void ParseDirective()
    {
        switch (Current.Text)
        {
            case ".loc":
                ParseLocation();
                break;
            case ".reg":
                ParseRegisters();
                break;
            case ".pragma":
                while (!TryTake(";")) Take();
                break;
            default:
                if (!IsSpace(Current.Text)) throw Unexpected("a directive of a function");
                foreach (PtxVariable variable in ParseVariables(isExtern: false))
                {
                    _scopes[^1][variable.Name] = variable;
                    _function.Variables.Add(variable);
                }
                break;
        }
    }

    private void ParseLocation()
    {
        int line = Take().Line;
        int file = (int)TakeInteger("a file number"), row = (int)TakeInteger("a line"), column = (int)TakeInteger("a column");
        SourceLocation? inlinedAt = null;
        while (TryTake(","))
        {
            string attribute = TakeWord("function_name or inlined_at");
            if (attribute == "function_name")
            {
                TakeWord("a label");
                if (TryTake("+")) TakeInteger("an offset");
            }
            else if (attribute == "inlined_at")
            {
                inlinedAt = new SourceLocation((int)TakeInteger("a file number"), (int)TakeInteger("a line"), (int)TakeInteger("a column"), null);
            }
            else
            {
                throw new PtxException(_source, line, $"unknown attribute '{attribute}' of .loc");
            }
        }
        // Line 0 is code the compiler cannot place; the line before says more.
        if (row == 0 && _location is not null) return;
        // The place of an inlined call is itself a place seen before: its own inlining continues the chain.
        if (inlinedAt is not null && _syntax.Locations.FindLast(l => l.File == inlinedAt.File && l.Line == inlinedAt.Line && l.Column == inlinedAt.Column) is { } outer) inlinedAt = outer;
        SourceLocation location = new(file, row, column, inlinedAt);
        if (_location == location) return;
        _location = location;
        _locationIndex = _syntax.Locations.Count;
        _syntax.Locations.Add(location);
    }

    private void ParseRegisters()
    {
        Take();
        int vector = 1;
        PtxType type = PtxType.None;
        while (Current.Kind == PtxTokenKind.Word && Current.Text[0] == '.')
        {
            string word = Take().Text[1..];
            if (word is "v2" or "v4") vector = word[1] - '0';
            else type = PtxTypes.Find(word);
            if (type == PtxType.None && vector == 1) throw new PtxException(_source, Current.Line, $"unknown register type '.{word}'");
        }
        if (type == PtxType.B128) throw new PtxException(_source, Current.Line, "registers of type .b128 are not supported");
        do
        {
            string name = TakeWord("a register name");
            if (TryTake("<"))
            {
                _scopes[^1][name + "<>"] = (type, TakeInteger("a count"));
                Expect(">");
            }
            else if (vector == 1)
            {
                _scopes[^1][name] = MakeRegister(name, type);
            }
            else
            {
                PtxOperand[] elements = new PtxOperand[vector];
                for (int i = 0; i < vector; i++)
                {
                    PtxRegister element = MakeRegister(name + s_elementNames[i][0], type);
                    elements[i] = new PtxOperand { Kind = PtxOperandKind.Register, Register = element };
                    foreach (string suffix in s_elementNames[i]) _scopes[^1][name + suffix] = element;
                }
                _scopes[^1][name] = elements;
            }
        }
        while (TryTake(","));
        Expect(";");
    }

    private PtxRegister MakeRegister(string name, PtxType type)
    {
        PtxRegister register = new(name, type);
        _function.Registers.Add(register);
        return register;
    }

    private object? Find(string name)
    {
        for (int i = _scopes.Count - 1; i >= 0; i--) if (_scopes[i].TryGetValue(name, out object? found)) return found;
        int digits = name.Length;
        while (digits > 0 && char.IsAsciiDigit(name[digits - 1])) digits--;
        if (digits == name.Length || digits == 0) return null;
        string family = name[..digits] + "<>";
        for (int i = _scopes.Count - 1; i >= 0; i--)
        {
            if (!_scopes[i].TryGetValue(family, out object? found)) continue;
            (PtxType type, long count) = ((PtxType, long))found;
            if (!long.TryParse(name.AsSpan(digits), out long index) || index >= count) return null;
            PtxRegister register = MakeRegister(name, type);
            _scopes[i][name] = register;
            return register;
        }
        return null;
    }

    private void ParseInstruction()
    {
        int line = Current.Line;
        PtxRegister? predicate = null;
        bool negated = false;
        if (TryTake("@"))
        {
            negated = TryTake("!");
            string name = TakeWord("a predicate");
            predicate = Find(name) as PtxRegister;
            if (predicate is null || predicate.Type != PtxType.Pred) throw new PtxException(_source, line, $"'{name}' is not a predicate register");
        }
        string opcode = TakeWord("an instruction");
        // NVRTC breaks no opcode, but hand-written inline PTX may leave a blank before a modifier.
        while (Current.Kind == PtxTokenKind.Word && Current.Text[0] == '.') opcode += Take().Text;
        List<PtxOperand> operands = [];
        while (!TryTake(";"))
        {
            operands.Add(ParseOperand());
            if (!Current.Is(";")) Expect(",");
        }
        string[] parts = opcode.Split('.', StringSplitOptions.RemoveEmptyEntries);
        _function.Statements.Add(new PtxStatement
        {
            Opcode = string.Join('.', parts),
            Parts = parts,
            Operands = [.. operands],
            Predicate = predicate,
            PredicateNegated = negated,
            Line = line,
            Location = _locationIndex,
        });
    }

    private PtxOperand ParseOperand()
    {
        PtxOperand first = ParseSimple();
        if (!TryTake("|")) return first;
        return new PtxOperand { Kind = PtxOperandKind.Pair, Elements = [first, ParseSimple()] };
    }

    private PtxOperand ParseSimple()
    {
        if (TryTake("!"))
        {
            PtxOperand operand = ParseSimple();
            return new PtxOperand { Kind = operand.Kind, Register = operand.Register, Negated = true };
        }
        if (TryTake("[")) return ParseAddress();
        if (TryTake("{")) return new PtxOperand { Kind = PtxOperandKind.Vector, Elements = ParseElements("}") };
        if (TryTake("(")) return new PtxOperand { Kind = PtxOperandKind.List, Elements = ParseElements(")") };
        bool negative = TryTake("-");
        if (Current.IsNumber)
        {
            PtxToken number = Take();
            ulong bits = number.Kind switch
            {
                PtxTokenKind.Integer when negative => 0 - number.Value,
                PtxTokenKind.Float32Bits when negative => number.Value ^ 0x8000_0000,
                PtxTokenKind.Float64Bits when negative => number.Value ^ 1UL << 63,
                _ => number.Value,
            };
            return new PtxOperand { Kind = PtxOperandKind.Immediate, Bits = bits, NumberKind = number.Kind };
        }
        if (negative) throw Unexpected("a number");
        string name = TakeWord("an operand");
        if (name == "_") return new PtxOperand { Kind = PtxOperandKind.Sink };
        long offset = ParseOffset();
        return Find(name) switch
        {
            PtxRegister register => new PtxOperand { Kind = PtxOperandKind.Register, Register = register, Offset = offset },
            PtxVariable variable => new PtxOperand { Kind = PtxOperandKind.Symbol, Variable = variable, Offset = offset },
            PtxOperand[] elements => new PtxOperand { Kind = PtxOperandKind.Vector, Elements = elements },
            _ => new PtxOperand { Kind = PtxOperandKind.Symbol, Name = name, Offset = offset },
        };
    }

    private long ParseOffset()
    {
        if (TryTake("+")) return TakeInteger("an offset");
        return Current.Is("-") ? TakeInteger("an offset") : 0;
    }

    private PtxOperand[] ParseElements(string end)
    {
        List<PtxOperand> elements = [];
        while (!TryTake(end))
        {
            elements.Add(ParseSimple());
            if (!Current.Is(end)) Expect(",");
        }
        return [.. elements];
    }

    private PtxOperand ParseAddress()
    {
        PtxOperand inner = ParseSimple();
        PtxOperand address = inner.Kind switch
        {
            PtxOperandKind.Register or PtxOperandKind.Symbol => new PtxOperand
            {
                Kind = PtxOperandKind.Address,
                Register = inner.Register,
                Variable = inner.Variable,
                Name = inner.Name,
                Offset = inner.Offset + ParseOffset(),
            },
            PtxOperandKind.Immediate => new PtxOperand { Kind = PtxOperandKind.Address, Offset = (long)inner.Bits },
            _ => throw Unexpected("an address"),
        };
        Expect("]");
        return address;
    }
}
