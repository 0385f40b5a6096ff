using System.Text.Json;

namespace Spa.Engine.Text.Tokenization;

/// <summary>
/// <c>CTC</c>: of equal neighbours one is kept, padding goes; with <c>cleanup</c> English is mended and the mark between words becomes a space.
/// </summary>
internal sealed class CtcDecoder(string padding, string delimiter, bool cleanup) : IDecoder
{
    public const string TypeName = "CTC";

    public static CtcDecoder Read(JsonCursor json)
    {
        JsonCursor? delimiter = json.Find("word_delimiter_token");
        if (delimiter?.String().Length == 0) throw delimiter.Value.Error("expected the mark between words, found an empty string");
        return new CtcDecoder(json.Find("pad_token")?.String() ?? "<pad>", delimiter?.String() ?? "|", json.Find("cleanup")?.Boolean() ?? true);
    }

    public void Decode(List<string> tokens)
    {
        int kept = 0;
        string? last = null;
        foreach (string token in tokens.ToArray())
        {
            bool repeats = token == last;
            last = token;
            if (!repeats && Clean(token) is { Length: > 0 } text) tokens[kept++] = text;
        }
        tokens.RemoveRange(kept, tokens.Count - kept);
    }

    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("type", TypeName);
        json.WriteString("pad_token", padding);
        json.WriteString("word_delimiter_token", delimiter);
        json.WriteBoolean("cleanup", cleanup);
        json.WriteEndObject();
    }

    private string Clean(string token)
    {
        if (padding.Length > 0) token = token.Replace(padding, "", StringComparison.Ordinal);
        return cleanup ? EnglishRepairs.Apply(token).Replace(delimiter, " ", StringComparison.Ordinal) : token;
    }
}
