using System.Globalization;
using System.Numerics;
using System.Text;

namespace Spa.Engine.Text.Templates;

/// <summary>The tokens between the two ends of one tag.</summary>
internal sealed class ExpressionLexer(string source, int position, int line, string name)
{
    private const long MaxScale = 1L << 58;
    private readonly Stack<char> _open = new();
    private int _position = position;
    private int _line = line;

    /// <summary>Adds the tag's tokens, its end included, and returns the position after it.</summary>
    public int ReadTag(bool block, List<Token> tokens)
    {
        while (true)
        {
            int start = _position;
            _position = PythonSpace.SkipForward(source, _position);
            _line += source.AsSpan(start, _position - start).Count('\n');
            if (_position >= source.Length) return _position;
            if (_open.Count == 0 && TryEnd(block, tokens)) return _position;
            tokens.Add(ReadToken());
        }
    }

    /// <summary>Inside brackets the characters of a tag's end are operators.</summary>
    private bool TryEnd(bool block, List<Token> tokens)
    {
        char first = source[_position];
        char sign = first == '-' || (first == '+' && block) ? first : '\0';
        int close = sign == '\0' ? _position : _position + 1;
        if (!source.AsSpan(close).StartsWith(block ? "%}" : "}}")) return false;
        tokens.Add(new Token(block ? TokenKind.BlockEnd : TokenKind.VariableEnd, "", null, _line));
        _position = TagEnd.After(source, close, sign, trimLine: block);
        return true;
    }

    private Token ReadToken()
    {
        char c = source[_position];
        if (char.IsAsciiDigit(c)) return ReadNumber();
        if (c is '\'' or '"') return ReadString(c);
        return IsNameStart(out _) ? ReadName() : ReadOperator();
    }

    private Token ReadOperator()
    {
        (TokenKind kind, int length) = TokenText.Match(source.AsSpan(_position));
        if (length == 0) throw Fail($"unexpected char {Repr.Of(RuneText(_position))} at {_position}");
        char c = source[_position];
        if (kind is TokenKind.LeftParen or TokenKind.LeftBracket or TokenKind.LeftBrace)
        {
            _open.Push(c switch { '(' => ')', '[' => ']', _ => '}' });
        }
        else if (kind is TokenKind.RightParen or TokenKind.RightBracket or TokenKind.RightBrace)
        {
            if (!_open.TryPop(out char expected)) throw Fail($"unexpected '{c}'");
            if (expected != c) throw Fail($"unexpected '{c}', expected '{expected}'");
        }

        _position += length;
        return new Token(kind, "", null, _line);
    }

    private Token ReadString(char quote)
    {
        int end = _position + 1;
        while (end < source.Length && source[end] != quote) end += source[end] == '\\' ? 2 : 1;
        if (end >= source.Length) throw Fail($"unexpected char {Repr.Of(quote.ToString())} at {_position}");
        string raw = source[(_position + 1)..end];
        Token token = new(TokenKind.String, StringLiteral.Unescape(raw, Fail), null, _line);
        _line += raw.AsSpan().Count('\n');
        _position = end + 1;
        return token;
    }

    private Token ReadName()
    {
        int start = _position;
        while (_position < source.Length && IsNamePart(out int width)) _position += width;
        return new Token(TokenKind.Name, source[start.._position], null, _line);
    }

    private bool IsNameStart(out int width) => PythonCharacters.IsIdentifierStart(PointHere(out width));

    private bool IsNamePart(out int width) => PythonCharacters.IsIdentifierPart(PointHere(out width));

    private int PointHere(out int width)
    {
        _ = Rune.DecodeFromUtf16(source.AsSpan(_position), out Rune rune, out width);
        return rune.Value;
    }

    private Token ReadNumber()
    {
        int start = _position;
        if (source[start] == '0' && start + 1 < source.Length && RadixOf(source[start + 1]) is int radix and > 0 && DigitAt(start + 2, radix))
        {
            _position = start + 2;
            BigInteger value = ReadDigits(radix);
            return new Token(TokenKind.Integer, "", Integer.Normalize(value), _line);
        }

        // After a dot a number is an index, so that x.0.1 is not x followed by a fraction.
        bool canBeFloat = start == 0 || source[start - 1] != '.';
        int end = SkipDigits(start);
        bool hasFraction = canBeFloat && end < source.Length && source[end] == '.' && IsDigitIn('9', end + 1);
        int afterFraction = hasFraction ? SkipDigits(end + 1) : end;
        int afterExponent = canBeFloat ? SkipExponent(afterFraction) : afterFraction;
        if (afterExponent > end) return Finish(TokenKind.Float, start, afterExponent, text => double.Parse(text, CultureInfo.InvariantCulture));

        // A leading zero stands alone unless all digits are zero; what follows is another token.
        if (source[start] == '0') end = SkipZeros(start);
        return Finish(TokenKind.Integer, start, end, text => Integer.Parse(text) ?? throw Fail("an integer literal of more than 4300 digits"));
    }

    private Token Finish(TokenKind kind, int start, int end, Func<string, object> parse)
    {
        _position = end;
        return new Token(kind, "", parse(source[start..end].Replace("_", "")), _line);
    }

    private BigInteger ReadDigits(int radix)
    {
        BigInteger value = BigInteger.Zero;
        (long part, long scale) = (0, 1);
        for (int digits = 0; ; digits++)
        {
            if (_position < source.Length && source[_position] == '_' && DigitAt(_position + 1, radix)) _position++;
            if (!DigitAt(_position, radix)) return value * scale + part;
            if (digits == Integer.MaxDigits) throw Fail("an integer literal of more than 4300 digits");
            (part, scale) = (part * radix + Convert.ToInt32(source[_position++].ToString(), 16), scale * radix);
            if (scale < MaxScale) continue;
            value = value * scale + part; // many digits at once, for every step goes over the whole number
            (part, scale) = (0, 1);
        }
    }

    private static int RadixOf(char c) => char.ToLowerInvariant(c) switch { 'x' => 16, 'o' => 8, 'b' => 2, _ => 0 };

    private bool DigitAt(int at, int radix)
    {
        if (at < source.Length && source[at] == '_') at++;
        if (at >= source.Length || !char.IsAsciiHexDigit(source[at])) return false;
        return Convert.ToInt32(source[at].ToString(), 16) < radix;
    }

    private int SkipDigits(int at)
    {
        while (IsDigitIn('9', at) || (at < source.Length && source[at] == '_' && IsDigitIn('9', at + 1))) at++;
        return at;
    }

    private int SkipZeros(int at)
    {
        while (IsDigitIn('0', at) || (at < source.Length && source[at] == '_' && IsDigitIn('0', at + 1))) at++;
        return at;
    }

    private bool IsDigitIn(char largest, int at) => at < source.Length && source[at] >= '0' && source[at] <= largest;

    private int SkipExponent(int at)
    {
        if (at >= source.Length || source[at] is not ('e' or 'E')) return at;
        int digits = at + 1 < source.Length && source[at + 1] is '+' or '-' ? at + 2 : at + 1;
        return digits < source.Length && char.IsAsciiDigit(source[digits]) ? SkipDigits(digits) : at;
    }

    private string RuneText(int at) => char.IsHighSurrogate(source[at]) && at + 1 < source.Length ? source.Substring(at, 2) : source[at].ToString();

    private TemplateException Fail(string reason) => new(TemplateErrorKind.TemplateSyntaxError, reason, name, _line);
}
