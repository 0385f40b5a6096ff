using System.Globalization;

namespace Spa.Emulator.Ptx;

/// <summary>Cuts PTX text into tokens. Comments are dropped; everything else keeps its line.</summary>
internal sealed class PtxLexer(string text, string source)
{
    private readonly Dictionary<string, string>.AlternateLookup<ReadOnlySpan<char>> _names = new Dictionary<string, string>().GetAlternateLookup<ReadOnlySpan<char>>();
    private int _position;
    private int _line = 1;

    /// <summary>All tokens, the last one of kind End.</summary>
    public List<PtxToken> Read()
    {
        List<PtxToken> tokens = new(text.Length / 4);
        while (true)
        {
            SkipBlanks();
            if (_position >= text.Length)
            {
                tokens.Add(new PtxToken(PtxTokenKind.End, "end of text", 0, _line));
                return tokens;
            }
            char c = text[_position];
            if (char.IsAsciiDigit(c)) tokens.Add(Number());
            else if (c == '"') tokens.Add(Quoted());
            else if (IsWord(c)) tokens.Add(Word());
            else tokens.Add(new PtxToken(PtxTokenKind.Punctuation, Intern(text.AsSpan(_position++, 1)), 0, _line));
        }
    }

    private static bool IsWord(char c) => char.IsAsciiLetterOrDigit(c) || c is '_' or '$' or '%' or '.';

    private void SkipBlanks()
    {
        while (_position < text.Length)
        {
            char c = text[_position];
            if (c == '\n') _line++;
            if (char.IsWhiteSpace(c))
            {
                _position++;
            }
            else if (c == '/' && _position + 1 < text.Length && text[_position + 1] == '/')
            {
                while (_position < text.Length && text[_position] != '\n') _position++;
            }
            else if (c == '/' && _position + 1 < text.Length && text[_position + 1] == '*')
            {
                int end = text.IndexOf("*/", _position + 2, StringComparison.Ordinal);
                if (end < 0) throw new PtxException(source, _line, "a comment /* without its end");
                for (int i = _position; i < end; i++) if (text[i] == '\n') _line++;
                _position = end + 2;
            }
            else
            {
                return;
            }
        }
    }

    private PtxToken Word()
    {
        int start = _position;
        while (_position < text.Length)
        {
            if (IsWord(text[_position])) _position++;
            else if (text[_position] == ':' && _position + 2 < text.Length && text[_position + 1] == ':' && char.IsAsciiLetterOrDigit(text[_position + 2])) _position += 2;
            else break;
        }
        return new PtxToken(PtxTokenKind.Word, Intern(text.AsSpan(start, _position - start)), 0, _line);
    }

    private PtxToken Quoted()
    {
        int end = text.IndexOf('"', _position + 1);
        if (end < 0) throw new PtxException(source, _line, "a string without its closing quote");
        string value = text[(_position + 1)..end];
        _position = end + 1;
        return new PtxToken(PtxTokenKind.Text, value, 0, _line);
    }

    private PtxToken Number()
    {
        int start = _position;
        while (_position < text.Length && (char.IsAsciiLetterOrDigit(text[_position]) || text[_position] == '.'
            || (text[_position] is '+' or '-' && text[_position - 1] is 'e' or 'E' && !text.AsSpan(start).StartsWith("0", StringComparison.Ordinal)))) _position++;
        ReadOnlySpan<char> digits = text.AsSpan(start, _position - start);
        string shown = digits.ToString();
        PtxTokenKind kind = PtxTokenKind.Integer;
        bool good;
        ulong value;
        if (digits.Length == 10 && digits[0] == '0' && digits[1] is 'f' or 'F')
        {
            kind = PtxTokenKind.Float32Bits;
            good = ulong.TryParse(digits[2..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value);
        }
        else if (digits.Length == 18 && digits[0] == '0' && digits[1] is 'd' or 'D')
        {
            kind = PtxTokenKind.Float64Bits;
            good = ulong.TryParse(digits[2..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value);
        }
        else
        {
            ReadOnlySpan<char> bare = digits[^1] is 'U' or 'u' ? digits[..^1] : digits;
            if (bare.StartsWith("0x", StringComparison.OrdinalIgnoreCase)) good = ulong.TryParse(bare[2..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value);
            else if (bare.StartsWith("0b", StringComparison.OrdinalIgnoreCase)) good = ulong.TryParse(bare[2..], NumberStyles.AllowBinarySpecifier, CultureInfo.InvariantCulture, out value);
            else if (bare.IndexOfAny(".eE") >= 0)
            {
                kind = PtxTokenKind.Float64Bits;
                good = double.TryParse(bare, NumberStyles.Float, CultureInfo.InvariantCulture, out double real);
                value = BitConverter.DoubleToUInt64Bits(real);
            }
            else if (bare.Length > 1 && bare[0] == '0') good = TryOctal(bare, out value);
            else good = ulong.TryParse(bare, NumberStyles.None, CultureInfo.InvariantCulture, out value);
        }
        if (!good) throw new PtxException(source, _line, $"'{shown}' is not a number");
        return new PtxToken(kind, shown, value, _line);
    }

    private static bool TryOctal(ReadOnlySpan<char> digits, out ulong value)
    {
        value = 0;
        foreach (char c in digits)
        {
            if (c is < '0' or > '7' || value >> 61 != 0) return false;
            value = value << 3 | (uint)(c - '0');
        }
        return true;
    }

    private string Intern(ReadOnlySpan<char> name)
    {
        if (_names.TryGetValue(name, out string? known)) return known;
        string added = name.ToString();
        _names[name] = added;
        return added;
    }
}
