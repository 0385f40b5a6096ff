namespace Spa.Engine.Text.Tokenization;

/// <summary>The models by their names in tokenizer.json.</summary>
internal static class TokenModelReader
{
    /// <summary>Reads a model; files from before models were named hold a BPE model.</summary>
    public static ITokenModel Read(JsonCursor json) => (json.Find("type")?.String() ?? BpeModel.TypeName) switch
    {
        BpeModel.TypeName => BpeModelJson.Read(json),
        UnigramModel.TypeName => UnigramModelJson.Read(json),
        WordPieceModel.TypeName => WordPieceModelJson.Read(json),
        string type => throw json.Unsupported("model", type),
    };
}
