namespace Spa.Engine.Text.Tokenization;

/// <summary>The decoders by their names in tokenizer.json.</summary>
internal static class DecoderReader
{
    public static IDecoder Read(JsonCursor json) => json.Type() switch
    {
        SequenceDecoder.TypeName => new SequenceDecoder([.. json.Require("decoders").Items().Select(Read)]),
        ByteLevelOptions.TypeName => new ByteLevelDecoder(ByteLevelOptions.Read(json)),
        ByteFallbackDecoder.TypeName => new ByteFallbackDecoder(),
        FuseDecoder.TypeName => new FuseDecoder(),
        StripDecoder.TypeName => StripDecoder.Read(json),
        Replacement.TypeName => new ReplaceDecoder(Replacement.Read(json)),
        MetaspaceOptions.TypeName => new MetaspaceDecoder(MetaspaceOptions.Read(json)),
        WordPieceDecoder.TypeName => WordPieceDecoder.Read(json),
        BpeDecoder.TypeName => BpeDecoder.Read(json),
        CtcDecoder.TypeName => CtcDecoder.Read(json),
        string type => throw json.Unsupported("decoder", type),
    };
}
