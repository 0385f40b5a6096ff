namespace Spa.Engine.Text.Tokenization;

/// <summary>The normalizers by their names in tokenizer.json.</summary>
internal static class NormalizerReader
{
    public static INormalizer Read(JsonCursor json) => json.Type() switch
    {
        SequenceNormalizer.TypeName => new SequenceNormalizer([.. json.Require("normalizers").Items().Select(Read)]),
        PrependNormalizer.TypeName => PrependNormalizer.Read(json),
        Replacement.TypeName => new ReplaceNormalizer(Replacement.Read(json)),
        LowercaseNormalizer.TypeName => new LowercaseNormalizer(),
        StripNormalizer.TypeName => StripNormalizer.Read(json),
        StripAccentsNormalizer.TypeName => new StripAccentsNormalizer(),
        BertNormalizer.TypeName => BertNormalizer.Read(json),
        PrecompiledNormalizer.TypeName => PrecompiledNormalizer.Read(json),
        NmtNormalizer.TypeName => new NmtNormalizer(),
        ByteLevelOptions.TypeName => new ByteLevelNormalizer(),
        string type => UnicodeNormalizer.Named(type) ?? throw json.Unsupported("normalizer", type),
    };
}
