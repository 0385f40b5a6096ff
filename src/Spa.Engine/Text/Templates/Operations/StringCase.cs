using System.Text;

namespace Spa.Engine.Text.Templates;

/// <summary>Upper, lower and title case with Unicode's full mappings, which .NET's invariant ones lack: ß to SS, final sigma, ﬁ to FI.</summary>
internal static class StringCase
{
    /// <summary>Characters whose upper case is several characters. Where the title case is another, it stands after the bar.</summary>
    private static readonly Dictionary<char, string> s_upper = new()
    {
        ['ß'] = "SS|Ss", ['ŉ'] = "ʼN", ['ǰ'] = "J̌", ['ΐ'] = "Ϊ́", ['ΰ'] = "Ϋ́", ['և'] = "ԵՒ|Եւ", ['ẖ'] = "H̱", ['ẗ'] = "T̈", ['ẘ'] = "W̊", ['ẙ'] = "Y̊", ['ẚ'] = "Aʾ",
        ['ὐ'] = "Υ̓", ['ὒ'] = "Υ̓̀", ['ὔ'] = "Υ̓́", ['ὖ'] = "Υ̓͂", ['ᾶ'] = "Α͂", ['ῆ'] = "Η͂", ['ῒ'] = "Ϊ̀", ['ῖ'] = "Ι͂", ['ῗ'] = "Ϊ͂", ['ῢ'] = "Ϋ̀", ['ῤ'] = "Ρ̓", ['ῦ'] = "Υ͂", ['ῧ'] = "Ϋ͂", ['ῶ'] = "Ω͂",
        ['ﬀ'] = "FF|Ff", ['ﬁ'] = "FI|Fi", ['ﬂ'] = "FL|Fl", ['ﬃ'] = "FFI|Ffi", ['ﬄ'] = "FFL|Ffl", ['ﬅ'] = "ST|St", ['ﬆ'] = "ST|St",
        ['ﬓ'] = "ՄՆ|Մն", ['ﬔ'] = "ՄԵ|Մե", ['ﬕ'] = "ՄԻ|Մի", ['ﬖ'] = "ՎՆ|Վն", ['ﬗ'] = "ՄԽ|Մխ",
    };

    public static string Upper(string text)
    {
        if (Ascii.IsValid(text)) return text.ToUpperInvariant();
        StringBuilder result = new(text.Length);
        for (int at = 0; at < text.Length; at += CodePoints.WidthAt(text, at)) AppendUpper(result, text, at);
        return result.ToString();
    }

    public static string Lower(string text)
    {
        if (Ascii.IsValid(text)) return text.ToLowerInvariant();
        StringBuilder result = new(text.Length);
        for (int at = 0; at < text.Length; at += CodePoints.WidthAt(text, at)) AppendLower(result, text, at);
        return result.ToString();
    }

    /// <summary>The first character in title case, the rest in lower case.</summary>
    public static string Capitalize(string text)
    {
        StringBuilder result = new(text.Length);
        for (int at = 0; at < text.Length; at += CodePoints.WidthAt(text, at))
        {
            if (at == 0) AppendTitle(result, text, at);
            else AppendLower(result, text, at);
        }

        return result.ToString();
    }

    /// <summary>Every cased character that follows an uncased one in title case, every other in lower case.</summary>
    public static string Title(string text)
    {
        StringBuilder result = new(text.Length);
        bool inWord = false;
        for (int at = 0; at < text.Length; at += CodePoints.WidthAt(text, at))
        {
            if (inWord) AppendLower(result, text, at);
            else AppendTitle(result, text, at);
            inWord = PythonCharacters.IsCased(PointAt(text, at));
        }

        return result.ToString();
    }

    public static string Swap(string text)
    {
        StringBuilder result = new(text.Length);
        for (int at = 0; at < text.Length; at += CodePoints.WidthAt(text, at))
        {
            int point = PointAt(text, at);
            if (PythonCharacters.IsUpper(point)) AppendLower(result, text, at);
            else if (PythonCharacters.IsLower(point)) AppendUpper(result, text, at);
            else result.Append(text, at, CodePoints.WidthAt(text, at));
        }

        return result.ToString();
    }

    /// <summary>Lower case for comparison: ß becomes ss, every sigma the same.</summary>
    public static string Fold(string text)
    {
        if (Ascii.IsValid(text)) return text.ToLowerInvariant();
        StringBuilder result = new(text.Length);
        for (int at = 0; at < text.Length; at += CodePoints.WidthAt(text, at))
        {
            if (s_upper.TryGetValue(text[at], out string? upper)) result.Append(upper.Split('|')[0].ToLowerInvariant());
            else if (text[at] == 'ẞ') result.Append("ss");
            else if (text[at] == 'ς') result.Append('σ');
            else if (text[at] == 'ſ') result.Append('s');
            else if (text[at] == 'µ') result.Append('μ');
            else AppendLower(result, text, at);
        }

        return result.ToString();
    }

    private static void AppendUpper(StringBuilder result, string text, int at)
    {
        char c = text[at];
        if (s_upper.TryGetValue(c, out string? special)) result.Append(special.Split('|')[0]);
        else if (GreekIota(c) is char capital and not '\0') result.Append(capital).Append('Ι');
        else AppendMapped(result, text, at, Rune.ToUpperInvariant);
    }

    private static void AppendTitle(StringBuilder result, string text, int at)
    {
        char c = text[at];
        if (s_upper.TryGetValue(c, out string? special)) result.Append(special.Split('|')[^1]);
        else if (c is >= 'Ǆ' and <= 'ǌ') result.Append(c <= 'ǆ' ? 'ǅ' : c <= 'ǉ' ? 'ǈ' : 'ǋ');
        else if (c is 'Ǳ' or 'ǲ' or 'ǳ') result.Append('ǲ');
        else if (c is (>= 'ა' and <= 'ჺ') or (>= 'ჽ' and <= 'ჿ')) result.Append(c);
        else AppendMapped(result, text, at, Rune.ToUpperInvariant);
    }

    private static void AppendLower(StringBuilder result, string text, int at)
    {
        char c = text[at];
        if (c == 'İ') result.Append("i̇");
        else if (c == 'Σ') result.Append(IsFinalSigma(text, at) ? 'ς' : 'σ');
        else AppendMapped(result, text, at, Rune.ToLowerInvariant);
    }

    private static void AppendMapped(StringBuilder result, string text, int at, Func<Rune, Rune> map)
    {
        if (Rune.TryGetRuneAt(text, at, out Rune rune)) result.Append(map(rune).ToString());
        else result.Append(text[at]);
    }

    /// <summary>Greek letters with an iota below: in upper case the iota stands beside the plain capital.</summary>
    private static char GreekIota(char c) => c switch
    {
        'ᾳ' or 'ᾼ' => 'Α',
        'ῃ' or 'ῌ' => 'Η',
        'ῳ' or 'ῼ' => 'Ω',
        >= 'ᾀ' and <= 'ᾯ' => (char)((c < 'ᾐ' ? 'Ἀ' : c < 'ᾠ' ? 'Ἠ' : 'Ὠ') + (c & 7)),
        _ => '\0',
    };

    /// <summary>A sigma at the end of a word: a cased letter before it and none after it, marks and apostrophes apart.</summary>
    private static bool IsFinalSigma(string text, int at)
    {
        int before = at - 1;
        while (before >= 0 && IsIgnorable(text[before])) before--;
        int after = at + 1;
        while (after < text.Length && IsIgnorable(text[after])) after++;
        bool casedBefore = before >= 0 && PythonCharacters.IsCased(before > 0 && char.IsSurrogatePair(text[before - 1], text[before]) ? PointAt(text, before - 1) : text[before]);
        return casedBefore && (after >= text.Length || !PythonCharacters.IsCased(PointAt(text, after)));
    }

    private static bool IsIgnorable(char c) => c is '\'' or '.' or ':' or '^' or '`' or '\u00ad' or '\u00b7' or '\u2019'
        || char.GetUnicodeCategory(c) is System.Globalization.UnicodeCategory.NonSpacingMark or System.Globalization.UnicodeCategory.EnclosingMark
            or System.Globalization.UnicodeCategory.Format or System.Globalization.UnicodeCategory.ModifierLetter or System.Globalization.UnicodeCategory.ModifierSymbol;

    private static int PointAt(string text, int at) => CodePoints.WidthAt(text, at) == 2 ? char.ConvertToUtf32(text[at], text[at + 1]) : text[at];
}
