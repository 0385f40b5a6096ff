using System.Text.Json;

namespace Spa.Engine.Text.Tokenization;

/// <summary>The models by their names in tokenizer.json.</summary>
internal static class TokenModelReader
{
    public static ITokenModel Read(JsonCursor json) => (json.Find("type")?.String() ?? TypeByFields(json)) switch
    {
        BpeModel.TypeName => BpeModelJson.Read(json),
        UnigramModel.TypeName => UnigramModelJson.Read(json),
        WordPieceModel.TypeName => WordPieceModelJson.Read(json),
        WordLevelModel.TypeName => WordLevelModel.Read(json),
        string type => throw json.Unsupported("model", type),
    };

    /// <summary>What a file from before models were named holds, told as the reference tells it.</summary>
    private static string TypeByFields(JsonCursor json)
    {
        if (json.Find("merges") is not null) return BpeModel.TypeName;
        if (json.Find("max_input_chars_per_word") is not null) return WordPieceModel.TypeName;
        return json.Require("vocab").Element.ValueKind == JsonValueKind.Array ? UnigramModel.TypeName : WordLevelModel.TypeName;
    }
}
