using System.Text.Json;

namespace Spa.Engine.Text.Tokenization;

/// <summary><c>BPEDecoder</c>: the mark at the ends of words becomes a space, at the end of the last token nothing.</summary>
internal sealed class BpeDecoder(string suffix) : IDecoder
{
    public const string TypeName = "BPEDecoder";

    public static BpeDecoder Read(JsonCursor json)
    {
        JsonCursor? suffix = json.Find("suffix");
        if (suffix?.String().Length == 0) throw suffix.Value.Error("expected the mark that ends a word, found an empty string");
        return new BpeDecoder(suffix?.String() ?? "</w>");
    }

    public void Decode(List<string> tokens)
    {
        for (int i = 0; i < tokens.Count; i++) tokens[i] = tokens[i].Replace(suffix, i == tokens.Count - 1 ? "" : " ", StringComparison.Ordinal);
    }

    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("type", TypeName);
        json.WriteString("suffix", suffix);
        json.WriteEndObject();
    }
}
