using System.Text.Json;

namespace Spa.Engine.Text.Tokenization;

/// <summary><c>Replace</c> as a normalizer.</summary>
internal sealed class ReplaceNormalizer(Replacement replacement) : INormalizer
{
    public string Normalize(string text) => replacement.Apply(text);

    public string Normalize(string text, out bool droppedStart)
    {
        droppedStart = replacement.DropsStart(text);
        return Normalize(text);
    }

    public void Write(Utf8JsonWriter json) => replacement.Write(json);
}
