using System.Text.Json;

namespace Spa.Engine.Text.Tokenization;

/// <summary><c>Digits</c>: numbers apart from everything else, one by one or as runs.</summary>
internal sealed class DigitsPreTokenizer(bool individualDigits) : IPreTokenizer
{
    public const string TypeName = "Digits";

    public static DigitsPreTokenizer Read(JsonCursor json) => new(json.Find("individual_digits")?.Boolean() ?? false);

    public void Split(in Piece piece, List<Piece> output) =>
        PatternSplit.Apply(piece, CharClasses.IsNumber, individualDigits ? SplitBehavior.Isolated : SplitBehavior.Contiguous, output);

    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("type", TypeName);
        json.WriteBoolean("individual_digits", individualDigits);
        json.WriteEndObject();
    }
}
