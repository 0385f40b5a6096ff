using Spa.Engine.Text.Tokenization;

namespace Spa.Engine.Text;

/// <summary>
/// Builds a tokenizer from the vocabulary that a GGUF file carries. GGUF names the pre-tokenizer instead of spelling it out; the names
/// known here are those of byte-level BPE ("gpt2") models.
/// </summary>
public static class GgufVocabulary
{
    private const string Prefix = "tokenizer.ggml.";

    /// <summary>GGUF's token types that matter here; all others are ordinary tokens.</summary>
    private const int ControlType = 3, UserDefinedType = 4;

    private static readonly ByteLevelOptions s_byteLevel = new(AddPrefixSpace: false, TrimOffsets: true, UseRegex: true);

    /// <summary>Builds the tokenizer.</summary>
    /// <param name="metadata">All key-value pairs of the file; arrays as string[], int[] (or another integer type) and float[].</param>
    /// <param name="name">What errors call the file.</param>
    /// <exception cref="SpaException">A key is missing or contradicts another, or the kind of tokenizer is not supported.</exception>
    public static Tokenizer Load(IReadOnlyDictionary<string, object> metadata, string name = "GGUF metadata")
    {
        GgufFields fields = new(metadata, name);
        string model = fields.Text(Prefix + "model") ?? throw fields.Error(Prefix + "model", "expected the kind of tokenizer, found none");
        if (model != "gpt2") throw fields.Error(Prefix + "model", $"the tokenizer '{JsonCursor.Shorten(model)}' is not supported; supported: gpt2");
        string pre = fields.Text(Prefix + "pre") ?? "default";
        Vocabulary vocabulary = ReadTokens(fields, out string[] tokens);
        try
        {
            BpeModel bpe = new(vocabulary, ReadMerges(fields, vocabulary), new BpeOptions(IgnoreMerges: pre == "llama-bpe"));
            return new Tokenizer(new TokenizerParts(bpe)
            {
                AddedTokens = ReadAddedTokens(fields, tokens),
                Normalizer = pre == "qwen2" ? new CanonicalNormalizer(composes: true) : null,
                PreTokenizer = PreTokenizer(pre) ?? throw fields.Error(Prefix + "pre",
                    $"the pre-tokenizer '{JsonCursor.Shorten(pre)}' is not supported; supported: default, gpt-2, llama-bpe, qwen2, smollm"),
                PostProcessor = ReadTemplate(fields, tokens, pre),
                Decoder = new ByteLevelDecoder(s_byteLevel),
            });
        }
        catch (FormatException e)
        {
            throw new SpaException($"{name}: {e.Message}", e);
        }
    }

    private static IPreTokenizer? PreTokenizer(string pre) => pre switch
    {
        "default" or "gpt-2" => new ByteLevelPreTokenizer(s_byteLevel),
        "smollm" => new SequencePreTokenizer([new DigitsPreTokenizer(individualDigits: true), new ByteLevelPreTokenizer(s_byteLevel)]),
        "llama-bpe" => WithPattern(KnownPatterns.Llama3),
        "qwen2" => WithPattern(KnownPatterns.Qwen2),
        _ => null,
    };

    private static SequencePreTokenizer WithPattern(string pattern) => new(
    [
        new SplitPreTokenizer(PatternSpec.Regex(pattern), SplitBehavior.Isolated, invert: false),
        new ByteLevelPreTokenizer(s_byteLevel with { UseRegex = false }),
    ]);

    private static Vocabulary ReadTokens(GgufFields fields, out string[] tokens)
    {
        const string Key = Prefix + "tokens";
        tokens = fields.Texts(Key) ?? throw fields.Error(Key, "expected the tokens, found none");
        if (tokens.Length > Vocabulary.Limit) throw fields.Error(Key, $"{tokens.Length} tokens are more than the limit of {Vocabulary.Limit}");
        Vocabulary vocabulary = new(tokens.Length);
        for (int id = 0; id < tokens.Length; id++)
            if (vocabulary.Add(tokens[id], id) is string problem) throw fields.Error(Key, problem);
        return vocabulary;
    }

    private static List<(int Left, int Right)> ReadMerges(GgufFields fields, Vocabulary vocabulary)
    {
        const string Key = Prefix + "merges";
        string[] lines = fields.Texts(Key) ?? throw fields.Error(Key, "expected the merges, found none");
        List<(int, int)> merges = new(lines.Length);
        foreach (string line in lines)
        {
            if (!BpeModelJson.TrySplit(line, out string left, out string right))
                throw fields.Error(Key, $"merge {merges.Count} is not of the form 'a b'");
            merges.Add((Id(left), Id(right)));
        }
        return merges;

        int Id(string token) => vocabulary.IdOf(token)
            ?? throw fields.Error(Key, $"merge {merges.Count} names '{JsonCursor.Shorten(token)}', which is not in the vocabulary");
    }

    private static List<AddedToken> ReadAddedTokens(GgufFields fields, string[] tokens)
    {
        const string Key = Prefix + "token_type";
        int[]? types = fields.Integers(Key);
        if (types is null) return [];
        if (types.Length != tokens.Length) throw fields.Error(Key, $"expected {tokens.Length} entries, one per token, found {types.Length}");
        List<AddedToken> added = [];
        for (int id = 0; id < types.Length; id++)
        {
            bool isAdded = types[id] is ControlType or UserDefinedType && tokens[id].Length > 0;
            if (isAdded) added.Add(new AddedToken(id, tokens[id], Special: types[id] == ControlType));
        }
        return added;
    }

    private static TemplatePostProcessor? ReadTemplate(GgufFields fields, string[] tokens, string pre)
    {
        // Files for Llama 3 were written before the key existed; their tokenizer always adds BOS.
        bool addsBos = fields.Flag(Prefix + "add_bos_token") ?? pre == "llama-bpe";
        bool addsEos = fields.Flag(Prefix + "add_eos_token") ?? false;
        if (!addsBos && !addsEos) return null;
        List<TemplatePart> parts = [TemplatePart.Text];
        if (addsBos) parts.Insert(0, SpecialPart(fields, tokens, Prefix + "bos_token_id"));
        if (addsEos) parts.Add(SpecialPart(fields, tokens, Prefix + "eos_token_id"));
        return new TemplatePostProcessor(parts);
    }

    private static TemplatePart SpecialPart(GgufFields fields, string[] tokens, string key)
    {
        int id = fields.Integer(key) ?? throw fields.Error(key, "expected an id, for this token is added to every text; found none");
        if (id < 0 || id >= tokens.Length) throw fields.Error(key, $"the id {id} is outside the vocabulary of {tokens.Length} tokens");
        return new TemplatePart(tokens[id], [id]);
    }
}
