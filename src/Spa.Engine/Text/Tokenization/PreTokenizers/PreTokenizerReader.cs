namespace Spa.Engine.Text.Tokenization;

/// <summary>The pre-tokenizers by their names in tokenizer.json.</summary>
internal static class PreTokenizerReader
{
    public static IPreTokenizer Read(JsonCursor json) => json.Type() switch
    {
        SequencePreTokenizer.TypeName => new SequencePreTokenizer([.. json.Require("pretokenizers").Items().Select(Read)]),
        ByteLevelOptions.TypeName => new ByteLevelPreTokenizer(ByteLevelOptions.Read(json)),
        SplitPreTokenizer.TypeName => SplitPreTokenizer.Read(json),
        DigitsPreTokenizer.TypeName => DigitsPreTokenizer.Read(json),
        MetaspaceOptions.TypeName => new MetaspacePreTokenizer(MetaspaceOptions.Read(json)),
        PunctuationPreTokenizer.TypeName => PunctuationPreTokenizer.Read(json),
        WhitespacePreTokenizer.WordsTypeName => new WhitespacePreTokenizer(splitWords: true),
        WhitespacePreTokenizer.PlainTypeName => new WhitespacePreTokenizer(splitWords: false),
        BertPreTokenizer.TypeName => new BertPreTokenizer(),
        DelimiterPreTokenizer.TypeName => DelimiterPreTokenizer.Read(json),
        ScriptPreTokenizer.TypeName => new ScriptPreTokenizer(),
        FixedLengthPreTokenizer.TypeName => FixedLengthPreTokenizer.Read(json),
        string type => throw json.Unsupported("pre-tokenizer", type),
    };
}
