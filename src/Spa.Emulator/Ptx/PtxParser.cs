namespace Spa.Emulator.Ptx;

/// <summary>Reads a module: variables, functions, their registers and statements. What instructions mean is the decoder's business.</summary>
internal sealed partial class PtxParser
{
    private readonly List<PtxToken> _tokens;
    private readonly PtxSyntax _module;
    private int _at;

    private PtxParser(string text, string name)
    {
        _tokens = new PtxLexer(text, name).Read();
        _module = new PtxSyntax { Name = name };
    }

    /// <exception cref="PtxException">The text is not PTX that this device accepts.</exception>
    public static PtxSyntax Parse(string text, string name)
    {
        PtxParser parser = new(text, name);
        parser.ReadModule();
        return parser._module;
    }

    private PtxToken Current => _tokens[_at];

    private PtxToken Take() => _tokens[_at++];

    private bool TryTake(string text)
    {
        if (!Current.Is(text)) return false;
        _at++;
        return true;
    }

    private void Expect(string text)
    {
        if (!TryTake(text)) throw Error($"expected '{text}', found '{Current.Text}'");
    }

    private string TakeWord(string what)
    {
        if (Current.Kind != PtxTokenKind.Word) throw Error($"expected {what}, found '{Current.Text}'");
        return Take().Text;
    }

    private long TakeInteger(string what)
    {
        bool negative = TryTake("-");
        if (Current.Kind != PtxTokenKind.Integer) throw Error($"expected {what}, found '{Current.Text}'");
        long value = (long)Take().Value;
        return negative ? -value : value;
    }

    private PtxException Error(string message) => new(_module.Name, Current.Line, message);

    private void ReadModule()
    {
        while (Current.Kind != PtxTokenKind.End)
        {
            switch (Current.Text)
            {
                case ".version":
                    _at++;
                    _module.Version = Take().Text;
                    break;
                case ".target":
                    _at++;
                    _module.Target = TakeWord("a target");
                    while (TryTake(",")) _at++;
                    break;
                case ".address_size":
                    _at++;
                    if (TakeInteger("an address size") != 64) throw Error("expected 64-bit addresses");
                    break;
                case ".file":
                    ReadFile();
                    break;
                case ".section":
                    SkipBraces();
                    break;
                case ".visible" or ".extern" or ".weak" or ".common":
                    ReadLinked();
                    break;
                case ".entry" or ".func":
                    ReadFunction();
                    break;
                case ".global" or ".const" or ".shared":
                    AddVariable(ReadVariable(isExtern: false));
                    break;
                case ".alias" or ".pragma":
                    while (!TryTake(";")) _at++;
                    break;
                default:
                    throw Error($"expected a directive, found '{Current.Text}'");
            }
        }
    }

    private void ReadLinked()
    {
        bool isExtern = Current.Text == ".extern";
        _at++;
        if (Current.Text is ".entry" or ".func") ReadFunction();
        else AddVariable(ReadVariable(isExtern));
    }

    private void ReadFile()
    {
        _at++;
        int number = (int)TakeInteger("a file number");
        if (Current.Kind != PtxTokenKind.Text) throw Error("expected a file name");
        _module.Files[number] = Take().Text;
        while (TryTake(",")) _at++;
    }

    private void SkipBraces()
    {
        while (!Current.Is("{")) _at++;
        int depth = 0;
        do
        {
            if (Current.Kind == PtxTokenKind.End) throw Error("expected '}'");
            if (Current.Is("{")) depth++;
            if (Current.Is("}")) depth--;
            _at++;
        }
        while (depth > 0);
    }

    private void AddVariable(PtxVariable variable) => _module.Variables[variable.Name] = variable;

    /// <summary>From the space on: <c>.shared .align 16 .b8 name[64] = {...};</c></summary>
    private PtxVariable ReadVariable(bool isExtern)
    {
        PtxVariable variable = ReadDeclaration(isExtern);
        if (TryTake("=")) ReadInitializer(variable);
        Expect(";");
        return variable;
    }

    private PtxVariable ReadDeclaration(bool isExtern)
    {
        int line = Current.Line;
        string space = TakeWord("a state space")[1..];
        int alignment = 0, lanes = 1;
        PtxType type = PtxType.None;
        while (Current.Kind == PtxTokenKind.Word && Current.Text[0] == '.')
        {
            string word = Take().Text;
            if (word == ".align") alignment = (int)TakeInteger("an alignment");
            else if (word is ".v2" or ".v4") lanes = word[2] - '0';
            else if (word is ".ptr" or ".global" or ".shared" or ".const" or ".local" or ".attribute" or ".noalias") continue;
            else type = PtxTypes.Find(word[1..]);
        }
        if (type == PtxType.None) throw Error("expected a type in a declaration");
        string name = TakeWord("a name");
        long count = lanes;
        bool open = false;
        while (TryTake("["))
        {
            if (TryTake("]"))
            {
                open = true;
                continue;
            }
            count *= TakeInteger("a length");
            Expect("]");
        }
        int size = PtxTypes.Size(type);
        return new PtxVariable { Name = name, Space = space, Type = type, Alignment = Math.Max(alignment, size * lanes), Size = open ? 0 : size * count, Line = line, IsExtern = isExtern };
    }

    private void ReadInitializer(PtxVariable variable)
    {
        int size = PtxTypes.Size(variable.Type), at = 0;
        byte[] bytes = new byte[variable.Size];
        void Element()
        {
            if (TryTake("{"))
            {
                do Element();
                while (TryTake(","));
                Expect("}");
                return;
            }
            if (at + size > bytes.Length) throw Error($"'{variable.Name}' has more initial values than elements");
            if (Current.Kind == PtxTokenKind.Word)
            {
                string symbol = TakeWord("a symbol");
                if (symbol == "generic")
                {
                    Expect("(");
                    symbol = TakeWord("a symbol");
                    Expect(")");
                }
                long addend = TryTake("+") ? TakeInteger("an addend") : 0;
                variable.Addresses.Add((at, size, symbol, addend));
            }
            else
            {
                bool negative = TryTake("-");
                if (!Current.IsNumber) throw Error($"expected a number, found '{Current.Text}'");
                PtxToken number = Take();
                ulong value = NumberBits(number, variable.Type, negative);
                for (int i = 0; i < size; i++) bytes[at + i] = (byte)(value >> (8 * i));
            }
            at += size;
        }
        Element();
        variable.Initial = bytes;
    }

    /// <summary>The bits of a literal in an instruction or variable of a type.</summary>
    internal static ulong NumberBits(PtxToken number, PtxType type, bool negative)
    {
        if (number.Kind == PtxTokenKind.Integer)
        {
            if (type == PtxType.F32) return BitConverter.SingleToUInt32Bits(negative ? -(float)number.Value : number.Value);
            if (type == PtxType.F64) return BitConverter.DoubleToUInt64Bits(negative ? -(double)number.Value : number.Value);
            return negative ? unchecked(0 - number.Value) : number.Value;
        }
        if (number.Kind == PtxTokenKind.Float32Bits)
        {
            uint bits = (uint)number.Value ^ (negative ? 0x80000000u : 0);
            return type == PtxType.F64 ? BitConverter.DoubleToUInt64Bits(BitConverter.UInt32BitsToSingle(bits)) : bits;
        }
        ulong wide = number.Value ^ (negative ? 1ul << 63 : 0);
        return type == PtxType.F32 ? BitConverter.SingleToUInt32Bits((float)BitConverter.UInt64BitsToDouble(wide)) : wide;
    }
}
