using System.Text.Json;

namespace Spa.Engine.Text.Tokenization;

/// <summary><c>Strip</c>: drops white space at the ends.</summary>
internal sealed class StripNormalizer(bool left, bool right) : INormalizer
{
    public const string TypeName = "Strip";

    public static StripNormalizer Read(JsonCursor json) => new(json.Require("strip_left").Boolean(), json.Require("strip_right").Boolean());

    public string Normalize(string text)
    {
        if (left) text = text.TrimStart();
        return right ? text.TrimEnd() : text;
    }

    public string Normalize(string text, out bool droppedStart)
    {
        droppedStart = left && text.Length > 0 && char.IsWhiteSpace(text[0]);
        return Normalize(text);
    }

    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("type", TypeName);
        json.WriteBoolean("strip_left", left);
        json.WriteBoolean("strip_right", right);
        json.WriteEndObject();
    }
}
