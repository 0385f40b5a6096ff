using System.Text.Json;

namespace Spa.Engine.Text.Tokenization;

/// <summary><c>Sequence</c>: one step after the other, each on the pieces of the one before.</summary>
internal sealed class SequencePreTokenizer(IReadOnlyList<IPreTokenizer> steps) : IPreTokenizer
{
    public const string TypeName = "Sequence";

    public IReadOnlyList<IPreTokenizer> Steps => steps;

    public void Split(in Piece piece, List<Piece> output)
    {
        List<Piece> current = [piece], next = [];
        foreach (IPreTokenizer step in steps)
        {
            next.Clear();
            foreach (Piece part in current) step.Split(part, next);
            (current, next) = (next, current);
        }
        output.AddRange(current);
    }

    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("type", TypeName);
        json.WriteStartArray("pretokenizers");
        foreach (IPreTokenizer step in steps) step.Write(json);
        json.WriteEndArray();
        json.WriteEndObject();
    }
}
