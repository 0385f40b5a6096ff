using System.Text.Json;

namespace Spa.Engine.Text.Tokenization;

/// <summary><c>Prepend</c>: puts a string in front of every text that is not empty.</summary>
internal sealed class PrependNormalizer(string prefix) : INormalizer
{
    public const string TypeName = "Prepend";

    public static PrependNormalizer Read(JsonCursor json) => new(json.Require("prepend").String());

    public string Normalize(string text) => text.Length == 0 ? text : prefix + text;

    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("type", TypeName);
        json.WriteString("prepend", prefix);
        json.WriteEndObject();
    }
}
