using System.Text.Json;

namespace Spa.Engine.Text.Tokenization;

/// <summary><c>Whitespace</c> keeps the matches of <c>\w+|[^\w\s]+</c>; <c>WhitespaceSplit</c> keeps what lies between white space.</summary>
internal sealed class WhitespacePreTokenizer(bool splitWords) : IPreTokenizer
{
    public const string WordsTypeName = "Whitespace";

    public const string PlainTypeName = "WhitespaceSplit";

    private static readonly RegexPattern s_words = new(@"\w+|[^\w\s]+");

    public void Split(in Piece piece, List<Piece> output)
    {
        if (splitWords) PatternSplit.Apply(piece, s_words, SplitBehavior.Removed, invert: true, output);
        else PatternSplit.Apply(piece, CharClasses.IsWhiteSpace, SplitBehavior.Removed, output);
    }

    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("type", splitWords ? WordsTypeName : PlainTypeName);
        json.WriteEndObject();
    }
}
