using System.Text.Json;

namespace Spa.Engine.Text.Tokenization;

/// <summary>The field <c>model</c> of tokenizer.json, both ways.</summary>
internal static class BpeModelJson
{
    /// <summary>Fields that a model has where words are marked in its tokens.</summary>
    public const string ContinuingPrefix = "continuing_subword_prefix", EndOfWordSuffix = "end_of_word_suffix";

    /// <summary>Published ones have four characters. Every symbol of a text may take one along, so a file cannot ask for any length.</summary>
    private const int MaxAffix = 64;

    public static BpeModel Read(JsonCursor json)
    {
        if (json.Find("dropout") is JsonCursor dropout && !(dropout.Element.ValueKind == JsonValueKind.Number && dropout.Element.GetDouble() == 0))
            throw dropout.Error("merge dropout makes encoding random; set it to null");
        Vocabulary vocabulary = VocabularyJson.Read(json.Require("vocab"));
        BpeOptions options = new(json.Find("unk_token")?.String(), Flag(json, "fuse_unk"), Flag(json, "byte_fallback"), Flag(json, "ignore_merges"),
            Affix(json, ContinuingPrefix), Affix(json, EndOfWordSuffix));
        List<(int, int)> merges = ReadMerges(json.Require("merges"), vocabulary);
        try
        {
            return new BpeModel(vocabulary, merges, options);
        }
        catch (FormatException e)
        {
            throw json.Error(e.Message);
        }
    }

    /// <summary>The two tokens of a merge in its older form, with one space between them.</summary>
    public static bool TrySplit(string merge, out string left, out string right)
    {
        int space = merge.IndexOf(' ');
        bool valid = space >= 0 && merge.IndexOf(' ', space + 1) < 0;
        (left, right) = valid ? (merge[..space], merge[(space + 1)..]) : ("", "");
        return valid;
    }

    public static void Write(Utf8JsonWriter json, Vocabulary vocabulary, IReadOnlyList<(int Left, int Right)> merges, BpeOptions options)
    {
        json.WriteStartObject();
        json.WriteString("type", BpeModel.TypeName);
        json.WriteNull("dropout");
        json.WriteString("unk_token", options.UnknownToken);
        WriteAffix(json, ContinuingPrefix, options.ContinuingPrefix);
        WriteAffix(json, EndOfWordSuffix, options.EndOfWordSuffix);
        json.WriteBoolean("fuse_unk", options.FuseUnknown);
        json.WriteBoolean("byte_fallback", options.ByteFallback);
        json.WriteBoolean("ignore_merges", options.IgnoreMerges);
        VocabularyJson.Write(json, vocabulary);
        json.WriteStartArray("merges");
        foreach ((int left, int right) in merges)
        {
            json.WriteStartArray();
            json.WriteStringValue(vocabulary.TokenOf(left));
            json.WriteStringValue(vocabulary.TokenOf(right));
            json.WriteEndArray();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static string Affix(JsonCursor json, string name)
    {
        if (json.Find(name) is not { } affix) return "";
        string text = affix.String();
        return text.Length <= MaxAffix ? text : throw affix.Error($"expected at most {MaxAffix} characters, found {text.Length}");
    }

    private static void WriteAffix(Utf8JsonWriter json, string name, string affix)
    {
        if (affix.Length > 0) json.WriteString(name, affix);
        else json.WriteNull(name);
    }

    private static bool Flag(JsonCursor json, string name) => json.Find(name)?.Boolean() ?? false;

    private static List<(int Left, int Right)> ReadMerges(JsonCursor json, Vocabulary vocabulary)
    {
        json.Expect(JsonValueKind.Array);
        int count = json.Element.GetArrayLength();
        if (count > Vocabulary.Limit) throw json.Error($"{count} merges are more than the limit of {Vocabulary.Limit}");
        List<(int, int)> merges = new(count);
        foreach (JsonElement entry in json.Element.EnumerateArray())
        {
            (string left, string right) = ReadMerge(json, entry, merges.Count);
            merges.Add((IdOf(json, vocabulary, left, merges.Count), IdOf(json, vocabulary, right, merges.Count)));
        }
        return merges;
    }

    private static (string Left, string Right) ReadMerge(JsonCursor json, JsonElement entry, int index)
    {
        if (entry.ValueKind == JsonValueKind.String && TrySplit(json.StringOf(entry), out string left, out string right)) return (left, right);
        if (entry.ValueKind == JsonValueKind.Array && entry.GetArrayLength() == 2
            && entry[0].ValueKind == JsonValueKind.String && entry[1].ValueKind == JsonValueKind.String)
            return (json.StringOf(entry[0]), json.StringOf(entry[1]));
        throw json.Error($"merge {index} is neither \"a b\" nor [\"a\", \"b\"]");
    }

    private static int IdOf(JsonCursor json, Vocabulary vocabulary, string token, int index) => vocabulary.IdOf(token)
        ?? throw json.Error($"merge {index} names '{JsonCursor.Shorten(token)}', which is not in the vocabulary");
}
