using System.Text.Json;

namespace Spa.Engine.Text.Tokenization;

/// <summary><c>Split</c>: cuts at the matches of a literal or a pattern.</summary>
internal sealed class SplitPreTokenizer(PatternSpec pattern, SplitBehavior behavior, bool invert) : IPreTokenizer
{
    public const string TypeName = "Split";

    public static SplitPreTokenizer Read(JsonCursor json) =>
        new(PatternSpec.Read(json.Require("pattern")), json.Require("behavior").Enum<SplitBehavior>(), json.Find("invert")?.Boolean() ?? false);

    public void Split(in Piece piece, List<Piece> output) => PatternSplit.Apply(piece, pattern.Matcher, behavior, invert, output);

    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("type", TypeName);
        pattern.Write(json);
        json.WriteString("behavior", behavior.ToString());
        json.WriteBoolean("invert", invert);
        json.WriteEndObject();
    }
}
