using System.Text.Json;

namespace Spa.Engine.Text.Tokenization;

/// <summary><c>Lowercase</c>, character by character; U+0130 is the one character that becomes two.</summary>
internal sealed class LowercaseNormalizer : INormalizer
{
    public const string TypeName = "Lowercase";

    public string Normalize(string text) => text.Replace("\u0130", "i\u0307", StringComparison.Ordinal).ToLowerInvariant();

    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("type", TypeName);
        json.WriteEndObject();
    }
}
