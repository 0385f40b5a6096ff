using System.Text.Json;

namespace Spa.Engine.Text.Tokenization;

/// <summary><c>Punctuation</c>: cuts at punctuation of Unicode and at ASCII symbols.</summary>
internal sealed class PunctuationPreTokenizer(SplitBehavior behavior) : IPreTokenizer
{
    public const string TypeName = "Punctuation";

    public static PunctuationPreTokenizer Read(JsonCursor json) => new(json.Find("behavior")?.Enum<SplitBehavior>() ?? SplitBehavior.Isolated);

    public void Split(in Piece piece, List<Piece> output) => PatternSplit.Apply(piece, PunctuationMarks.Contains, behavior, output);

    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("type", TypeName);
        json.WriteString("behavior", behavior.ToString());
        json.WriteEndObject();
    }
}
