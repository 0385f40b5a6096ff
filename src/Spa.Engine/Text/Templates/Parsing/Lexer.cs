namespace Spa.Engine.Text.Templates;

/// <summary>
/// Splits a template into data and tags, with <c>trim_blocks</c> and <c>lstrip_blocks</c> on: a line break right after a block or
/// comment goes, and so does the indentation before one that starts its line; <c>-</c> strips all white space, <c>+</c> keeps it.
/// </summary>
internal sealed class Lexer
{
    private readonly string _source;
    private readonly string _name;
    private readonly List<Token> _tokens = [];
    private int _position;
    private int _line = 1;
    private int _lineCounted;

    private Lexer(string source, string name)
    {
        _source = source;
        _name = name;
    }

    /// <summary>All tokens, the last of kind <see cref="TokenKind.End"/>.</summary>
    /// <exception cref="TemplateException">The text is no template.</exception>
    public static List<Token> Tokenize(string source, string name)
    {
        Lexer lexer = new(NormalizeLines(source), name);
        lexer.Run();
        return lexer._tokens;
    }

    /// <summary>CRLF and CR become LF, and one line break at the end goes.</summary>
    private static string NormalizeLines(string source)
    {
        if (source.Contains('\r')) source = source.Replace("\r\n", "\n").Replace('\r', '\n');
        return source.EndsWith('\n') ? source[..^1] : source;
    }

    private void Run()
    {
        while (_position < _source.Length)
        {
            int tag = FindTag(_position);
            if (tag < 0)
            {
                AddData(_position, _source.Length);
                break;
            }

            if (!TryRaw(tag)) ReadTag(tag);
        }

        _position = _source.Length;
        _tokens.Add(new Token(TokenKind.End, "", null, LineAt(_source.Length)));
    }

    private int FindTag(int from)
    {
        for (int at = _source.IndexOf('{', from); at >= 0 && at + 1 < _source.Length; at = _source.IndexOf('{', at + 1))
        {
            if (_source[at + 1] is '{' or '%' or '#') return at;
        }

        return -1;
    }

    private void ReadTag(int tag)
    {
        char kind = _source[tag + 1];
        char sign = SignAt(tag + 2);
        AddDataBefore(tag, sign, kind != '{');
        _position = tag + (sign == '\0' ? 2 : 3);
        if (kind == '#')
        {
            SkipComment(tag);
            return;
        }

        bool block = kind == '%';
        int line = LineAt(tag);
        _tokens.Add(new Token(block ? TokenKind.BlockBegin : TokenKind.VariableBegin, "", null, line));
        ExpressionLexer inside = new(_source, _position, line, _name);
        _position = inside.ReadTag(block, _tokens);
    }

    private void SkipComment(int tag)
    {
        int end = _source.IndexOf("#}", _position, StringComparison.Ordinal);
        if (end < 0) throw new TemplateException(TemplateErrorKind.TemplateSyntaxError, "Missing end of comment tag", _name, LineAt(tag));
        char sign = end > _position ? _source[end - 1] : '\0';
        _position = TagEnd.After(_source, end, sign, trimLine: true);
    }

    /// <summary>A <c>{% raw %}</c> block, whose inside is data.</summary>
    private bool TryRaw(int tag)
    {
        char sign = SignAt(tag + 2);
        int at = MatchWord(tag + (sign == '\0' ? 2 : 3), "raw");
        if (_source[tag + 1] != '%' || at < 0) return false;

        // Unlike other tags this one neither takes a '+' before its end nor drops the line break after it.
        char endSign = at < _source.Length && _source[at] == '-' ? '-' : '\0';
        int close = endSign == '-' ? at + 1 : at;
        if (!_source.AsSpan(close).StartsWith("%}")) return false;

        AddDataBefore(tag, sign, isBlock: true);
        _position = TagEnd.After(_source, close, endSign, trimLine: false);
        for (int end = FindBlock(_position); end >= 0; end = FindBlock(end + 1))
        {
            char innerSign = SignAt(end + 2);
            int word = MatchWord(end + (innerSign == '\0' ? 2 : 3), "endraw");
            if (word < 0) continue;
            char afterSign = SignAt(word);
            int finish = afterSign == '\0' ? word : word + 1;
            if (!_source.AsSpan(finish).StartsWith("%}")) continue;
            AddDataBefore(end, innerSign, isBlock: true);
            _position = TagEnd.After(_source, finish, afterSign, trimLine: true);
            return true;
        }

        throw new TemplateException(TemplateErrorKind.TemplateSyntaxError, "Missing end of raw directive", _name, LineAt(tag));
    }

    private int FindBlock(int from) => from >= _source.Length ? -1 : _source.IndexOf("{%", from, StringComparison.Ordinal);

    /// <summary>Position after white space, <paramref name="word"/> and white space; -1 where the word is not there.</summary>
    private int MatchWord(int position, string word)
    {
        position = PythonSpace.SkipForward(_source, position);
        if (!_source.AsSpan(position).StartsWith(word)) return -1;
        return PythonSpace.SkipForward(_source, position + word.Length);
    }

    private char SignAt(int position) => position < _source.Length && _source[position] is '-' or '+' ? _source[position] : '\0';

    private void AddDataBefore(int tag, char sign, bool isBlock)
    {
        int end = tag;
        if (sign == '-') end = PythonSpace.TrimmedEnd(_source, _position, tag);
        else if (sign == '\0' && isBlock) end = WithoutIndentation(tag);
        AddData(_position, end);
    }

    /// <summary>Where the line of <paramref name="tag"/> starts if only white space stands before it on that line.</summary>
    private int WithoutIndentation(int tag)
    {
        int lineStart = tag;
        while (lineStart > _position && _source[lineStart - 1] != '\n') lineStart--;
        bool startsLine = lineStart == 0 || _source[lineStart - 1] == '\n';
        return startsLine && PythonSpace.TrimmedEnd(_source, lineStart, tag) == lineStart ? lineStart : tag;
    }

    private void AddData(int start, int end)
    {
        if (end > start) _tokens.Add(new Token(TokenKind.Data, _source[start..end], null, LineAt(start)));
    }

    /// <summary>Line number of a position; positions come in rising order, so every line break is counted once.</summary>
    private int LineAt(int position)
    {
        if (position > _lineCounted)
        {
            _line += _source.AsSpan(_lineCounted, position - _lineCounted).Count('\n');
            _lineCounted = position;
        }

        return _line;
    }
}
