using System.Text.Json;

namespace Spa.Engine.Text.Tokenization;

/// <summary>One step from tokens back to text; what is left at the end is joined. Thread-safe.</summary>
internal interface IDecoder
{
    /// <summary>Rewrites the list in place; steps may join, drop and add entries.</summary>
    void Decode(List<string> tokens);

    void Write(Utf8JsonWriter json);
}
