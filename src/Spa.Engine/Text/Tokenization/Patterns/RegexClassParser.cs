using System.Globalization;

namespace Spa.Engine.Text.Tokenization;

/// <summary>Reads what stands for one code point: a character, an escape, or a class in brackets.</summary>
/// <param name="pattern">The whole pattern.</param>
/// <param name="ignoreCase">Whether ASCII letters match both cases (and U+017F as s, U+212A as k, as Unicode folds them).</param>
internal sealed class RegexClassParser(string pattern, bool ignoreCase)
{
    /// <summary>A class whose opening bracket has been read.</summary>
    public CodePointSet Class(ref int at)
    {
        CodePointSet set = new();
        bool negated = at < pattern.Length && pattern[at] == '^';
        if (negated) at++;
        if (at < pattern.Length && pattern[at] == ']') throw Error("an empty class '[]'; write '\\]' for the character", at);
        while (true)
        {
            if (at >= pattern.Length) throw Error("a class that is not closed", at);
            if (pattern[at] == ']') break;
            if (pattern[at] == '[') throw Error("a class inside a class; write '\\[' for the character", at);
            if (string.CompareOrdinal(pattern, at, "&&", 0, 2) == 0) throw Error("an intersection of classes '&&', which is not supported", at);
            Member(set, ref at);
        }
        at++;
        if (negated) set.Negate();
        return set;
    }

    /// <summary>A character or an escape outside of brackets.</summary>
    public CodePointSet Single(ref int at)
    {
        CodePointSet set = new();
        if (!ClassEscape(set, ref at)) AddFolded(set, Character(ref at), null, at);
        return set;
    }

    public static FormatException Error(string what, int at) => new($"the pattern has {what} (at character {at + 1})");

    private void Member(CodePointSet set, ref int at)
    {
        if (ClassEscape(set, ref at)) return;
        int first = Character(ref at);
        bool isRange = at + 1 < pattern.Length && pattern[at] == '-' && pattern[at + 1] != ']';
        if (!isRange)
        {
            AddFolded(set, first, null, at);
            return;
        }
        at++;
        int last = Character(ref at);
        if (last < first) throw Error("a range that runs backwards", at);
        AddFolded(set, first, last, at);
    }

    private void AddFolded(CodePointSet set, int first, int? end, int at)
    {
        int last = end ?? first;
        set.AddRange(first, last);
        if (!ignoreCase) return;
        if (last >= 0x80) throw Error("a character beyond ASCII where case is ignored, which is not supported", at);
        for (int c = first; c <= last; c++)
        {
            if (!char.IsAsciiLetter((char)c)) continue;
            set.AddRange(c ^ 0x20, c ^ 0x20);
            if ((c | 0x20) == 's') set.AddRange(0x17F, 0x17F);
            if ((c | 0x20) == 'k') set.AddRange(0x212A, 0x212A);
        }
    }

    private bool ClassEscape(CodePointSet set, ref int at)
    {
        if (pattern[at] != '\\' || at + 1 >= pattern.Length) return false;
        char name = pattern[at + 1];
        switch (name)
        {
            case 's' or 'S':
                set.AddWhiteSpace(name == 'S');
                break;
            case 'w' or 'W':
                set.AddWord(name == 'W');
                break;
            case 'd' or 'D':
                set.AddCategories(1 << (int)UnicodeCategory.DecimalDigitNumber, name == 'D');
                break;
            case 'p' or 'P':
                at += 2;
                Property(set, name == 'P', ref at);
                return true;
            default:
                return false;
        }
        at += 2;
        return true;
    }

    private void Property(CodePointSet set, bool negated, ref int at)
    {
        int close = at < pattern.Length && pattern[at] == '{' ? pattern.IndexOf('}', at) : -1;
        if (close < 0) throw Error("'\\p' without '{..}'", at);
        string name = pattern[(at + 1)..close];
        int begin = at;
        at = close + 1;
        if (name.StartsWith('^')) (name, negated) = (name[1..], !negated);
        int mask = CategoryNames.MaskOf(name);
        if (mask == 0) throw Error($"'\\p{{{name}}}', which is not supported: only general categories are", begin);
        if (ignoreCase && (mask & CategoryNames.Cased) is not (0 or CategoryNames.Cased))
            throw Error($"'\\p{{{name}}}' where case is ignored, which is not supported", begin);
        set.AddCategories(mask, negated);
    }

    /// <summary>One literal code point, written as itself or as an escape.</summary>
    private int Character(ref int at)
    {
        if (pattern[at] != '\\')
        {
            int literal = CharClasses.CodePointAt(pattern, at, out int unit);
            at += unit;
            return literal;
        }
        if (at + 1 >= pattern.Length) throw Error("a lone '\\' at its end", at);
        char name = pattern[at + 1];
        at += 2;
        return name switch
        {
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'f' => '\f',
            'v' => '\v',
            'a' => '\a',
            'e' => 0x1B,
            'x' when at < pattern.Length && pattern[at] == '{' => Hex(pattern.IndexOf('}', at) - at - 1, ref at, braces: true),
            'x' => Hex(2, ref at, braces: false),
            'u' => Hex(4, ref at, braces: false),
            _ when char.IsAsciiLetterOrDigit(name) => throw Error($"the escape '\\{name}', which is not supported", at),
            _ => name,
        };
    }

    private int Hex(int digits, ref int at, bool braces)
    {
        int first = braces ? at + 1 : at;
        if (digits is < 1 or > 8 || first + digits > pattern.Length
            || !int.TryParse(pattern.AsSpan(first, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out int value)
            || value is < 0 or > 0x10FFFF)
            throw Error("a malformed hexadecimal escape", at);
        at = first + digits + (braces ? 1 : 0);
        return value;
    }
}
