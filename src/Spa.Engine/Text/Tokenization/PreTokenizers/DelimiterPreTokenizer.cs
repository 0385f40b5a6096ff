using System.Text.Json;

namespace Spa.Engine.Text.Tokenization;

/// <summary><c>CharDelimiterSplit</c>: cuts at one character and drops it.</summary>
internal sealed class DelimiterPreTokenizer(int delimiter) : IPreTokenizer
{
    public const string TypeName = "CharDelimiterSplit";

    public static DelimiterPreTokenizer Read(JsonCursor json) => new(json.Require("delimiter").Character());

    public void Split(in Piece piece, List<Piece> output) => PatternSplit.Apply(piece, c => c == delimiter, SplitBehavior.Removed, output);

    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("type", TypeName);
        json.WriteString("delimiter", char.ConvertFromUtf32(delimiter));
        json.WriteEndObject();
    }
}
