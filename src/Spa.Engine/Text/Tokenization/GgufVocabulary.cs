using Spa.Engine.Text.Tokenization;

namespace Spa.Engine.Text;

/// <summary>
/// Builds a tokenizer from the vocabulary that a GGUF file carries. GGUF names the pre-tokenizer instead of spelling it out
/// (<see cref="GgufPreTokenizer"/>, for byte-level BPE, "gpt2"); files of SentencePiece's BPE ("llama") have scores instead of merges.
/// </summary>
public static class GgufVocabulary
{
    private const string Prefix = "tokenizer.ggml.";

    /// <summary>GGUF's token types that matter here; all others are ordinary tokens.</summary>
    internal const int NormalType = 1, UnknownType = 2, ControlType = 3, UserDefinedType = 4, UnusedType = 5, ByteType = 6;

    /// <summary>SentencePiece's mark for a space.</summary>
    internal const string SpaceMark = "\u2581";

    private static readonly ByteLevelOptions s_byteLevel = new(AddPrefixSpace: false, TrimOffsets: true, UseRegex: true);

    /// <summary>Builds the tokenizer.</summary>
    /// <param name="metadata">All key-value pairs of the file; arrays as string[], int[] (or another integer type) and float[].</param>
    /// <param name="name">What errors call the file.</param>
    /// <exception cref="SpaException">A key is missing or contradicts another, or the kind of tokenizer is not supported.</exception>
    public static Tokenizer Load(IReadOnlyDictionary<string, object> metadata, string name = "GGUF metadata")
    {
        GgufFields fields = new(metadata, name);
        string model = fields.Text(Prefix + "model") ?? throw fields.Error(Prefix + "model", "expected the kind of tokenizer, found none");
        if (model == "llama") return LoadSentencePiece(fields, name);
        if (model != "gpt2") throw fields.Error(Prefix + "model", $"the tokenizer '{JsonCursor.Shorten(model)}' is not supported; supported: gpt2, llama");
        string cut = fields.Text(Prefix + "pre") ?? "default";
        GgufPreTokenizer pre = GgufPreTokenizer.Find(cut)
            ?? throw fields.Error(Prefix + "pre", $"the pre-tokenizer '{JsonCursor.Shorten(cut)}' is not supported; supported: {GgufPreTokenizer.Names}");
        Vocabulary vocabulary = ReadTokens(fields, out string[] tokens);
        try
        {
            BpeModel bpe = new(vocabulary, ReadMerges(fields, vocabulary), new BpeOptions(IgnoreMerges: pre.IgnoresMerges));
            return new Tokenizer(new TokenizerParts(bpe)
            {
                AddedTokens = ReadAddedTokens(fields, tokens),
                Normalizer = pre.Normalizer,
                PreTokenizer = pre.PreTokenizer,
                PostProcessor = ReadTemplate(fields, tokens, pre.AddsBos),
                Decoder = new ByteLevelDecoder(s_byteLevel),
            });
        }
        catch (FormatException e)
        {
            throw new SpaException($"{name}: {e.Message}", e);
        }
    }

    /// <summary>Puts SentencePiece's mark in the place of each space.</summary>
    internal static ReplaceNormalizer MarkSpaces { get; } = new(new Replacement(PatternSpec.Literal(" "), SpaceMark));

    /// <summary>How SentencePiece marks spaces, as tokenizer.json spells it.</summary>
    internal static SequenceNormalizer SpaceNormalizer(bool prepends) => new(prepends ? [new PrependNormalizer(SpaceMark), MarkSpaces] : [MarkSpaces]);

    // The pipeline that tokenizer.json has for such a model. A space mark is put before the text unless the file says otherwise.
    private static Tokenizer LoadSentencePiece(GgufFields fields, string name)
    {
        const string Scores = Prefix + "scores", Types = Prefix + "token_type";
        Vocabulary vocabulary = ReadTokens(fields, out string[] tokens);
        float[] scores = fields.Floats(Scores) ?? throw fields.Error(Scores, "expected the scores of the tokens, found none");
        int[] types = fields.Integers(Types) ?? throw fields.Error(Types, "expected the types of the tokens, found none");
        if (scores.Length != tokens.Length) throw fields.Error(Scores, $"expected {tokens.Length} entries, one per token, found {scores.Length}");
        if (types.Length != tokens.Length) throw fields.Error(Types, $"expected {tokens.Length} entries, one per token, found {types.Length}");
        int unknown = Array.IndexOf(types, UnknownType);
        bool prepends = fields.Flag(Prefix + "add_space_prefix") ?? true;
        Replacement fromMark = new(PatternSpec.Literal(SpaceMark), " ");
        try
        {
            BpeOptions options = new(unknown < 0 ? null : tokens[unknown], FuseUnknown: true, ByteFallback: types.Contains(ByteType));
            BpeModel bpe = new(vocabulary, SentencePieceScores.ToMerges(vocabulary, scores, id => types[id] is NormalType or UserDefinedType), options);
            IDecoder[] decoders = [new ReplaceDecoder(fromMark), new ByteFallbackDecoder(), new FuseDecoder(), .. prepends ? [new StripDecoder(" ", 1, 0)] : (IDecoder[])[]];
            return new Tokenizer(new TokenizerParts(bpe)
            {
                AddedTokens = ReadAddedTokens(fields, tokens),
                Normalizer = SpaceNormalizer(prepends),
                PostProcessor = ReadTemplate(fields, tokens, addsBos: true),
                Decoder = new SequenceDecoder(decoders),
            });
        }
        catch (FormatException e)
        {
            throw new SpaException($"{name}: {e.Message}", e);
        }
    }

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
        bool isPhi3 = GgufPhi3.IsNamed(fields.Text(GgufPhi3.NameKey));
        for (int id = 0; id < types.Length; id++)
        {
            bool isAdded = types[id] is UnknownType or ControlType or UserDefinedType && tokens[id].Length > 0;
            if (isAdded) added.Add(new AddedToken(id, tokens[id], RightStrip: isPhi3 && GgufPhi3.Strips(tokens[id]), Special: types[id] != UserDefinedType));
        }
        return added;
    }

    private static TemplatePostProcessor? ReadTemplate(GgufFields fields, string[] tokens, bool addsBos)
    {
        // Files for Llama were written before the key existed; their tokenizers add BOS.
        addsBos = fields.Flag(Prefix + "add_bos_token") ?? addsBos;
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
