using System.Text.Json;

namespace Spa.Engine.Text.Tokenization;

/// <summary><c>Replace</c> as a decoder, on each token.</summary>
internal sealed class ReplaceDecoder(Replacement replacement) : IDecoder
{
    public void Decode(List<string> tokens)
    {
        for (int i = 0; i < tokens.Count; i++) tokens[i] = replacement.Apply(tokens[i]);
    }

    public void Write(Utf8JsonWriter json) => replacement.Write(json);
}
