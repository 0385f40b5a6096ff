using System.Text.Json;

namespace Spa.Engine.Text.Tokenization;

/// <summary><c>WordPiece</c>: tokens that continue a word lose their prefix, the others get a space before them; what that tears apart in English may be mended.</summary>
internal sealed class WordPieceDecoder(string prefix, bool cleanup) : IDecoder
{
    public const string TypeName = "WordPiece";

    /// <summary>What is mended in every token, in the reference's order.</summary>
    private static readonly (string Torn, string Whole)[] s_repairs =
    [
        (" .", "."), (" ?", "?"), (" !", "!"), (" ,", ","), (" ' ", "'"), (" n't", "n't"), (" 'm", "'m"), (" do not", " don't"), (" 's", "'s"), (" 've", "'ve"), (" 're", "'re"),
    ];

    public static WordPieceDecoder Read(JsonCursor json) => new(json.Find("prefix")?.String() ?? "##", json.Find("cleanup")?.Boolean() ?? true);

    public void Decode(List<string> tokens)
    {
        for (int i = 0; i < tokens.Count; i++)
        {
            string token = tokens[i];
            if (i > 0) token = token.StartsWith(prefix, StringComparison.Ordinal) ? token[prefix.Length..] : " " + token;
            tokens[i] = cleanup ? s_repairs.Aggregate(token, (text, repair) => text.Replace(repair.Torn, repair.Whole, StringComparison.Ordinal)) : token;
        }
    }

    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("type", TypeName);
        json.WriteString("prefix", prefix);
        json.WriteBoolean("cleanup", cleanup);
        json.WriteEndObject();
    }
}
