namespace Spa.Emulator.Ptx;

/// <summary>Parses one PTX module. It knows the grammar, not the instructions; <see cref="Warp.Decode.Decoder"/> knows those.</summary>
internal sealed partial class PtxParser
{
    private readonly string _source;
    private readonly List<PtxToken> _tokens;
    private readonly PtxSyntax _syntax;
    private int _next;

    private PtxParser(string text, string source)
    {
        _source = source;
        _tokens = new PtxLexer(text, source).Read();
        _syntax = new PtxSyntax { Name = source };
    }

    /// <exception cref="PtxException">The text is not PTX, with the line.</exception>
    public static PtxSyntax Parse(string text, string source)
    {
        PtxParser parser = new(text, source);
        while (parser.Current.Kind != PtxTokenKind.End) parser.ParseTop();
        if (parser._syntax.Version.Length == 0) throw new PtxException(source, 1, "no .version directive; expected PTX text");
        return parser._syntax;
    }

    private PtxToken Current => _tokens[_next];

    private PtxToken Take() => _tokens[_next < _tokens.Count - 1 ? _next++ : _next];

    private bool TryTake(string text)
    {
        if (!Current.Is(text)) return false;
        _next++;
        return true;
    }

    private void Expect(string text)
    {
        if (!TryTake(text)) throw Unexpected($"'{text}'");
    }

    private PtxException Unexpected(string expected) => new(_source, Current.Line, $"expected {expected}, found '{Current.Text}'");

    private string TakeWord(string what) => Current.Kind == PtxTokenKind.Word ? Take().Text : throw Unexpected(what);

    private long TakeInteger(string what)
    {
        bool negative = TryTake("-");
        if (Current.Kind != PtxTokenKind.Integer) throw Unexpected(what);
        long value = (long)Take().Value;
        return negative ? -value : value;
    }

    private void ParseTop()
    {
        PtxToken token = Current;
        switch (token.Text)
        {
            case ".version":
                Take();
                _syntax.Version = Take().Text;
                return;
            case ".target":
                Take();
                _syntax.Target = TakeWord("a target such as sm_80");
                while (TryTake(",")) TakeWord("a target option");
                return;
            case ".address_size":
                Take();
                if (TakeInteger("64") != 64) throw new PtxException(_source, token.Line, "only .address_size 64 is supported");
                return;
            case ".file":
                ParseFile();
                return;
            case ".section":
                while (!Current.Is("{")) Take();
                while (!Current.Is("}") && Current.Kind != PtxTokenKind.End) Take();
                Expect("}");
                return;
            case ".pragma":
            case ".alias":
                while (!TryTake(";")) Take();
                return;
            case ";":
                Take();
                return;
        }
        bool isExtern = false;
        while (Current.Text is ".visible" or ".extern" or ".weak" or ".common") isExtern |= Take().Text == ".extern";
        if (Current.Is(".entry") || Current.Is(".func")) ParseFunction();
        else if (IsSpace(Current.Text)) foreach (PtxVariable variable in ParseVariables(isExtern)) _syntax.Variables[variable.Name] = variable;
        else throw Unexpected("a directive of module scope");
    }

    private void ParseFile()
    {
        Take();
        int number = (int)TakeInteger("a file number");
        _syntax.Files[number] = Current.Kind == PtxTokenKind.Text ? Take().Text : throw Unexpected("a file name");
        while (TryTake(",")) Take();
    }

    private void ParseFunction()
    {
        bool isEntry = Take().Text == ".entry";
        while (Current.Is(".attribute")) SkipParentheses();
        List<PtxVariable> returns = Current.Is("(") ? ParseParameters() : [];
        int line = Current.Line;
        string name = TakeWord("a function name");
        List<PtxVariable> parameters = Current.Is("(") ? ParseParameters() : [];
        PtxFunctionSyntax function = new() { Name = name, IsEntry = isEntry, Line = line };
        function.Returns.AddRange(returns);
        function.Parameters.AddRange(parameters);
        while (!Current.Is("{") && !Current.Is(";")) ParsePerformanceDirective(function);
        if (!TryTake(";")) ParseBody(function);
        if (function.HasBody || !_syntax.Functions.ContainsKey(name)) _syntax.Functions[name] = function;
    }

    private void SkipParentheses()
    {
        Take();
        while (!TryTake(")")) Take();
    }

    private void ParsePerformanceDirective(PtxFunctionSyntax function)
    {
        string directive = TakeWord("a directive, ';' or '{'");
        switch (directive)
        {
            case ".maxntid":
            case ".reqntid":
                long threads = TakeInteger("a number of threads");
                while (TryTake(",")) threads *= TakeInteger("a number of threads");
                function.MaxThreads = (int)Math.Min(threads, 1024);
                break;
            case ".minnctapersm" or ".maxnreg" or ".maxnctapersm" or ".maxclusterrank":
                TakeInteger("a number");
                break;
            case ".reqnctapercluster":
                do TakeInteger("a number"); while (TryTake(","));
                break;
            case ".noreturn" or ".explicitcluster" or ".blocksareclusters":
                break;
            case ".pragma":
                while (!TryTake(";")) Take();
                break;
            default:
                throw new PtxException(_source, Current.Line, $"unknown directive '{directive}' before the body of a function");
        }
    }

    private List<PtxVariable> ParseParameters()
    {
        List<PtxVariable> parameters = [];
        Expect("(");
        while (!TryTake(")"))
        {
            parameters.AddRange(ParseVariables(isExtern: false, inList: true));
            TryTake(",");
        }
        return parameters;
    }
}
