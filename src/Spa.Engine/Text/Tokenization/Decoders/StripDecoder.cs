using System.Text.Json;

namespace Spa.Engine.Text.Tokenization;

/// <summary><c>Strip</c>: drops up to so many of one character at each end of every token.</summary>
internal sealed class StripDecoder(string content, int start, int stop) : IDecoder
{
    public const string TypeName = "Strip";

    public static StripDecoder Read(JsonCursor json)
    {
        JsonCursor start = json.Require("start"), stop = json.Require("stop");
        if (start.Integer() < 0) throw start.Error("expected a count, found a negative number");
        if (stop.Integer() < 0) throw stop.Error("expected a count, found a negative number");
        return new StripDecoder(char.ConvertFromUtf32(json.Require("content").Character()), start.Integer(), stop.Integer());
    }

    public void Decode(List<string> tokens)
    {
        for (int i = 0; i < tokens.Count; i++) tokens[i] = Strip(tokens[i]);
    }

    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("type", TypeName);
        json.WriteString("content", content);
        json.WriteNumber("start", start);
        json.WriteNumber("stop", stop);
        json.WriteEndObject();
    }

    private string Strip(string token)
    {
        ReadOnlySpan<char> rest = token;
        for (int i = 0; i < start && rest.StartsWith(content, StringComparison.Ordinal); i++) rest = rest[content.Length..];
        for (int i = 0; i < stop && rest.EndsWith(content, StringComparison.Ordinal); i++) rest = rest[..^content.Length];
        return rest.Length == token.Length ? token : rest.ToString();
    }
}
