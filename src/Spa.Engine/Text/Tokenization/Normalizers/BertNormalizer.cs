using System.Text;
using System.Text.Json;

namespace Spa.Engine.Text.Tokenization;

/// <summary><c>BertNormalizer</c>: the cleaning of BERT's basic tokenizer, each step where it is asked for.</summary>
/// <param name="cleans">Drops invisible characters and makes every white space a space.</param>
/// <param name="spacesIdeographs">Puts spaces around Chinese characters.</param>
/// <param name="stripsAccents">Takes letters and accents apart and drops these; null: as <paramref name="lowers"/> says.</param>
/// <param name="lowers">Lower case.</param>
internal sealed class BertNormalizer(bool cleans, bool spacesIdeographs, bool? stripsAccents, bool lowers) : INormalizer
{
    public const string TypeName = "BertNormalizer";

    private static readonly UnicodeNormalizer s_decompose = new(composes: false, compatible: false);
    private static readonly LowercaseNormalizer s_lower = new();

    public static BertNormalizer Read(JsonCursor json) => new(json.Require("clean_text").Boolean(), json.Require("handle_chinese_chars").Boolean(),
        json.Find("strip_accents")?.Boolean(), json.Require("lowercase").Boolean());

    public string Normalize(string text)
    {
        if (cleans) text = RuneFilter.Map(text, Clean);
        if (spacesIdeographs) text = SpaceIdeographs(text);
        if (stripsAccents ?? lowers) text = RuneFilter.Map(s_decompose.Normalize(text), Strip);
        return lowers ? s_lower.Normalize(text) : text;
    }

    public string Normalize(string text, out bool droppedStart)
    {
        droppedStart = (cleans && RuneFilter.DropsFirst(text, Clean)) || ((stripsAccents ?? lowers) && RuneFilter.DropsFirst(text, Strip));
        return Normalize(text);
    }

    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("type", TypeName);
        json.WriteBoolean("clean_text", cleans);
        json.WriteBoolean("handle_chinese_chars", spacesIdeographs);
        if (stripsAccents is bool strips) json.WriteBoolean("strip_accents", strips);
        else json.WriteNull("strip_accents");
        json.WriteBoolean("lowercase", lowers);
        json.WriteEndObject();
    }

    private static int? Clean(int codePoint)
    {
        if (codePoint is '\t' or '\n' or '\r') return ' ';
        if (codePoint == 0xFFFD || EarlierMarks.IsInvisible(codePoint)) return null;
        return CharClasses.IsWhiteSpace(codePoint) ? ' ' : codePoint;
    }

    private static int? Strip(int codePoint) => EarlierMarks.IsNonSpacingMark(codePoint) ? null : codePoint;

    private static string SpaceIdeographs(string text)
    {
        StringBuilder result = new(text.Length);
        foreach (Rune rune in text.EnumerateRunes())
        {
            if (IsIdeograph(rune.Value)) result.Append(' ').Append(rune).Append(' ');
            else result.Append(rune);
        }
        return result.ToString();
    }

    // The blocks of CJK ideographs that the reference lists; 0x2B820 to 0x2B91F are missing there.
    private static bool IsIdeograph(int codePoint) => codePoint is (>= 0x4E00 and <= 0x9FFF) or (>= 0x3400 and <= 0x4DBF) or (>= 0x20000 and <= 0x2A6DF)
        or (>= 0x2A700 and <= 0x2B73F) or (>= 0x2B740 and <= 0x2B81F) or (>= 0x2B920 and <= 0x2CEAF) or (>= 0xF900 and <= 0xFAFF) or (>= 0x2F800 and <= 0x2FA1F);
}
