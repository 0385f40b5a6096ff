using System.Text.Json;

namespace Spa.Engine.Text.Tokenization;

/// <summary>The field <c>model</c> of tokenizer.json for a WordPiece model, both ways.</summary>
internal static class WordPieceModelJson
{
    private static readonly WordPieceOptions s_default = new();

    public static WordPieceModel Read(JsonCursor json)
    {
        JsonCursor? longest = json.Find("max_input_chars_per_word");
        if (longest?.Integer() < 0) throw longest.Value.Error("expected a count, found a negative number");
        WordPieceOptions options = new(json.Find("unk_token")?.String() ?? s_default.UnknownToken,
            json.Find("continuing_subword_prefix")?.String() ?? s_default.ContinuingPrefix, longest?.Integer() ?? s_default.MaxWordLength);
        try
        {
            return new WordPieceModel(VocabularyJson.Read(json.Require("vocab")), options);
        }
        catch (FormatException e)
        {
            throw json.Error(e.Message);
        }
    }

    public static void Write(Utf8JsonWriter json, Vocabulary vocabulary, WordPieceOptions options)
    {
        json.WriteStartObject();
        json.WriteString("type", WordPieceModel.TypeName);
        json.WriteString("unk_token", options.UnknownToken);
        json.WriteString("continuing_subword_prefix", options.ContinuingPrefix);
        json.WriteNumber("max_input_chars_per_word", options.MaxWordLength);
        VocabularyJson.Write(json, vocabulary);
        json.WriteEndObject();
    }
}
