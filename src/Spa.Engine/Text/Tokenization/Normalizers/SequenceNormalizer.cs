using System.Text.Json;

namespace Spa.Engine.Text.Tokenization;

/// <summary><c>Sequence</c>: one normalizer after the other.</summary>
internal sealed class SequenceNormalizer(IReadOnlyList<INormalizer> steps) : INormalizer
{
    public const string TypeName = "Sequence";

    public string Normalize(string text) => Normalize(text, out _);

    public string Normalize(string text, out bool droppedStart)
    {
        droppedStart = false;
        foreach (INormalizer step in steps)
        {
            text = step.Normalize(text, out bool dropped);
            droppedStart |= dropped;
        }
        return text;
    }

    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("type", TypeName);
        json.WriteStartArray("normalizers");
        foreach (INormalizer step in steps) step.Write(json);
        json.WriteEndArray();
        json.WriteEndObject();
    }
}
