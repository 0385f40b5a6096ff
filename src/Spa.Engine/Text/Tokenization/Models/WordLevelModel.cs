using System.Text.Json;

namespace Spa.Engine.Text.Tokenization;

/// <summary><c>WordLevel</c>: a piece is a token as a whole, or the unknown token. Without that one in the vocabulary, encoding an unknown piece is an error.</summary>
internal sealed class WordLevelModel(Vocabulary vocabulary, string unknownToken) : CachedTokenModel
{
    public const string TypeName = "WordLevel";

    private readonly int? _unknownId = vocabulary.IdOf(unknownToken);

    public override int VocabularySize => vocabulary.Size;

    public static WordLevelModel Read(JsonCursor json) => new(VocabularyJson.Read(json.Require("vocab")), json.Find("unk_token")?.String() ?? "<unk>");

    public override int? IdOf(string token) => vocabulary.IdOf(token);

    public override string? TokenOf(int id) => vocabulary.TokenOf(id);

    public override void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("type", TypeName);
        VocabularyJson.Write(json, vocabulary);
        json.WriteString("unk_token", unknownToken);
        json.WriteEndObject();
    }

    protected override void EncodeSymbols(ReadOnlySpan<char> word, EncodeScratch scratch)
    {
        int id = vocabulary.IdOf(word);
        scratch.Word.Add(id >= 0 ? id : _unknownId ?? throw NotThere(word));
    }

    private SpaException NotThere(ReadOnlySpan<char> word) => new(
        $"the word '{JsonCursor.Shorten(word.ToString())}' is not in the tokenizer's vocabulary, nor is the unknown token '{JsonCursor.Shorten(unknownToken)}' that would stand for it; add one of them");
}
