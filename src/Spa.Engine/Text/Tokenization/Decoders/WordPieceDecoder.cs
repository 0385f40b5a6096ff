using System.Text.Json;

namespace Spa.Engine.Text.Tokenization;

/// <summary><c>WordPiece</c>: tokens that continue a word lose their prefix, the others get a space before them; what that tears apart in English may be mended.</summary>
internal sealed class WordPieceDecoder(string prefix, bool cleanup) : IDecoder
{
    public const string TypeName = "WordPiece";

    public static WordPieceDecoder Read(JsonCursor json) => new(json.Find("prefix")?.String() ?? "##", json.Find("cleanup")?.Boolean() ?? true);

    public void Decode(List<string> tokens)
    {
        for (int i = 0; i < tokens.Count; i++)
        {
            string token = tokens[i];
            if (i > 0) token = token.StartsWith(prefix, StringComparison.Ordinal) ? token[prefix.Length..] : " " + token;
            tokens[i] = cleanup ? EnglishRepairs.Apply(token) : token;
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
