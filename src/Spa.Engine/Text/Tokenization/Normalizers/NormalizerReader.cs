namespace Spa.Engine.Text.Tokenization;

/// <summary>The normalizers by their names in tokenizer.json.</summary>
internal static class NormalizerReader
{
    public static INormalizer Read(JsonCursor json) => json.Type() switch
    {
        SequenceNormalizer.TypeName => new SequenceNormalizer([.. json.Require("normalizers").Items().Select(Read)]),
        CanonicalNormalizer.ComposedTypeName => new CanonicalNormalizer(composes: true),
        CanonicalNormalizer.DecomposedTypeName => new CanonicalNormalizer(composes: false),
        PrependNormalizer.TypeName => PrependNormalizer.Read(json),
        Replacement.TypeName => new ReplaceNormalizer(Replacement.Read(json)),
        LowercaseNormalizer.TypeName => new LowercaseNormalizer(),
        StripNormalizer.TypeName => StripNormalizer.Read(json),
        string type => throw json.Unsupported("normalizer", type),
    };
}
