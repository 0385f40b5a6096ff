using System.Text.Json;

namespace Spa.Engine.Text.Tokenization;

/// <summary><c>BertPreTokenizer</c>: drops white space and cuts around every punctuation mark.</summary>
internal sealed class BertPreTokenizer : IPreTokenizer
{
    public const string TypeName = "BertPreTokenizer";

    public void Split(in Piece piece, List<Piece> output)
    {
        List<Piece> words = [];
        PatternSplit.Apply(piece, CharClasses.IsWhiteSpace, SplitBehavior.Removed, words);
        foreach (Piece word in words) PatternSplit.Apply(word, PunctuationMarks.Contains, SplitBehavior.Isolated, output);
    }

    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("type", TypeName);
        json.WriteEndObject();
    }
}
