using System.Text.Json;

namespace Spa.Engine.Text.Tokenization;

/// <summary><c>Fuse</c>: joins all tokens, so that the steps after it see one text.</summary>
internal sealed class FuseDecoder : IDecoder
{
    public const string TypeName = "Fuse";

    public void Decode(List<string> tokens)
    {
        string text = string.Concat(tokens);
        tokens.Clear();
        tokens.Add(text);
    }

    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("type", TypeName);
        json.WriteEndObject();
    }
}
