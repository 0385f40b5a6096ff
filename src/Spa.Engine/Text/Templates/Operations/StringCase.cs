using System.Text;

namespace Spa.Engine.Text.Templates;

/// <summary>Upper, lower and title case with Unicode's full mappings, which .NET's invariant ones lack: ß to SS, final sigma, ﬁ to FI.</summary>
internal static class StringCase
{
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

    /// <summary>For comparison without case: the lower case of the upper case, so ß becomes ss and every sigma the same.</summary>
    public static string Fold(string text)
    {
        if (Ascii.IsValid(text)) return text.ToLowerInvariant();
        StringBuilder result = new(text.Length);
        for (int at = 0; at < text.Length; at += CodePoints.WidthAt(text, at)) AppendFolded(result, text, at);
        return result.ToString();
    }

    private static void AppendFolded(StringBuilder result, string text, int at)
    {
        char c = text[at];

        // Cherokee folds to its capitals, and neither dotless nor dotted i is folded to the ASCII letter.
        bool isCherokee = c is (>= '\u13a0' and <= '\u13fd') or (>= '\uab70' and <= '\uabbf');
        if (isCherokee) AppendUpper(result, text, at);
        else if (c is '\u0131' or '\u0130') AppendLower(result, text, at);
        else if (c == '\u1e9e') result.Append("ss");
        else AppendLowered(result, text, at);
    }

    private static void AppendLowered(StringBuilder result, string text, int at)
    {
        StringBuilder capitals = new();
        AppendUpper(capitals, text, at);
        foreach (Rune rune in capitals.ToString().EnumerateRunes()) result.Append(rune.Value == 'Σ' ? "σ" : Rune.ToLowerInvariant(rune).ToString());
    }

    private static void AppendUpper(StringBuilder result, string text, int at)
    {
        if (SpecialCasing.TryUpper(text[at], out string special)) result.Append(special);
        else AppendMapped(result, text, at, Rune.ToUpperInvariant);
    }

    private static void AppendTitle(StringBuilder result, string text, int at)
    {
        char c = text[at];
        if (SpecialCasing.TryTitle(c, out string special)) result.Append(special);
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

    /// <summary>A sigma at the end of a word: a cased letter before it and none after it, marks and apostrophes apart.</summary>
    private static bool IsFinalSigma(string text, int at)
    {
        int before = at - 1;
        while (before >= 0 && IsIgnorable(text[before])) before--;
        int after = at + 1;
        while (after < text.Length && IsIgnorable(text[after])) after++;
        if (before > 0 && char.IsSurrogatePair(text[before - 1], text[before])) before--;
        bool casedBefore = before >= 0 && PythonCharacters.IsCased(PointAt(text, before));
        return casedBefore && (after >= text.Length || !PythonCharacters.IsCased(PointAt(text, after)));
    }

    private static bool IsIgnorable(char c) => c is '\'' or '.' or ':' or '^' or '`' or '\u00ad' or '\u00b7' or '\u2019'
        || char.GetUnicodeCategory(c) is System.Globalization.UnicodeCategory.NonSpacingMark or System.Globalization.UnicodeCategory.EnclosingMark
            or System.Globalization.UnicodeCategory.Format or System.Globalization.UnicodeCategory.ModifierLetter or System.Globalization.UnicodeCategory.ModifierSymbol;

    private static int PointAt(string text, int at) => CodePoints.WidthAt(text, at) == 2 ? char.ConvertToUtf32(text[at], text[at + 1]) : text[at];
}
