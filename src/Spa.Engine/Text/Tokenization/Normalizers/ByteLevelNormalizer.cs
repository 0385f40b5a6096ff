using System.Text.Json;

namespace Spa.Engine.Text.Tokenization;

/// <summary><c>ByteLevel</c> as a normalizer: the text's UTF-8 bytes as visible characters.</summary>
internal sealed class ByteLevelNormalizer : INormalizer
{
    public string Normalize(string text) => ByteAlphabet.Map(text);

    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("type", ByteLevelOptions.TypeName);
        json.WriteEndObject();
    }
}
