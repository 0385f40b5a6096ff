using System.Text.Json;

namespace Spa.Engine.Text.Tokenization;

/// <summary><c>Sequence</c>: one decoder after the other.</summary>
internal sealed class SequenceDecoder(IReadOnlyList<IDecoder> steps) : IDecoder
{
    public const string TypeName = "Sequence";

    public void Decode(List<string> tokens)
    {
        foreach (IDecoder step in steps) step.Decode(tokens);
    }

    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("type", TypeName);
        json.WriteStartArray("decoders");
        foreach (IDecoder step in steps) step.Write(json);
        json.WriteEndArray();
        json.WriteEndObject();
    }
}
