using System.Text.Json;
using System.Text.Json.Nodes;
using Spa.Engine.Text.Tokenization;

namespace Spa.Engine.Text;

/// <summary>
/// A tokenizer as GGUF's metadata, the inverse of <see cref="GgufVocabulary"/>. GGUF has two kinds of BPE and names for pre-tokenizers; a tokenizer that is none
/// of these is refused, for other programs would cut text otherwise.
/// </summary>
public static class GgufVocabularyWriter
{
    private const string Prefix = "tokenizer.ggml.";

    /// <summary>All keys below <c>tokenizer.</c>.</summary>
    /// <param name="tokenizer">What to write.</param>
    /// <param name="config">Special tokens and chat templates.</param>
    /// <param name="rows">Rows of the model's embedding; ids without a token get a name of their own.</param>
    /// <param name="template">Jinja source that stands for the config's ordinary template, or null.</param>
    /// <param name="name">What errors call the tokenizer.</param>
    /// <exception cref="SpaException">GGUF cannot say what this tokenizer does.</exception>
    public static IReadOnlyList<KeyValuePair<string, object>> Describe(Tokenizer tokenizer, TokenizerConfig config, int rows, string? template, string name)
    {
        JsonObject json = ToJson(tokenizer);
        JsonNode model = json["model"]!;
        if (Text(model["type"]) != BpeModel.TypeName) throw Refused(name, $"its model is '{Text(model["type"])}'");
        foreach (string affix in (string[])[BpeModelJson.ContinuingPrefix, BpeModelJson.EndOfWordSuffix])
            if (model[affix] is not null) throw Refused(name, $"its model has a '{affix}'");
        AddedToken[] added = [.. json["added_tokens"]!.AsArray().Select(AddedTokenOf)];
        bool isSentencePiece = model["byte_fallback"]!.GetValue<bool>() && (json["pre_tokenizer"]?["type"]?.GetValue<string>() is null or "Metaspace" || CutsAtSpaces(json["pre_tokenizer"]!));
        List<KeyValuePair<string, object>> entries = isSentencePiece ? SentencePiece(tokenizer, json, added, rows, name) : ByteLevel(json, added, rows, name);
        bool isPhi3 = NeedsPhi3Name(tokenizer);
        if (added.FirstOrDefault(token => token.SingleWord || token.LeftStrip || (token.RightStrip && !isPhi3)) is { } choosy)
            throw Refused(name, $"'{choosy.Content}' is searched for as a whole word, or takes white space along");
        AddSpecialTokens(entries, tokenizer, config, name);
        AddTemplates(entries, config, template);
        return entries;
    }

    /// <summary>Whether the file must have a name that llama.cpp sees a Phi-3 in, for the tokens to take white space along as this tokenizer's do.</summary>
    public static bool NeedsPhi3Name(Tokenizer tokenizer)
    {
        AddedToken[] added = [.. ToJson(tokenizer)["added_tokens"]!.AsArray().Select(AddedTokenOf)];
        return added.Any(token => token.RightStrip) && added.All(token => token.RightStrip == GgufPhi3.Strips(token.Content));
    }

    internal static JsonObject ToJson(Tokenizer tokenizer)
    {
        using var stream = new MemoryStream();
        TokenizerJson.Write(tokenizer, stream);
        return JsonNode.Parse(stream.ToArray())!.AsObject();
    }

    private static List<KeyValuePair<string, object>> ByteLevel(JsonObject json, AddedToken[] added, int rows, string name)
    {
        JsonNode model = json["model"]!;
        GgufPreTokenizer[] cutAlike = [.. GgufPreTokenizer.All.Where(x => IsSame(json["pre_tokenizer"], x.PreTokenizer.Write))];
        if (cutAlike.Length == 0) throw Refused(name, $"its pre-tokenizer has no name in GGUF; known: {GgufPreTokenizer.Names}");
        GgufPreTokenizer[] normalized = [.. cutAlike.Where(x => IsSame(json["normalizer"], x.Normalizer is { } normalizer ? normalizer.Write : null))];
        if (normalized.Length == 0) throw Refused(name, $"its normalizer is not that of '{cutAlike[0].Name}'");
        // Decides what becomes of text, and llama.cpp takes it from the name.
        string pre = Array.Find(normalized, x => x.IgnoresMerges == model["ignore_merges"]!.GetValue<bool>())?.Name
            ?? throw Refused(name, $"'ignore_merges' is not that of '{normalized[0].Name}'");
        (string[] tokens, int[] types) = Tokens(model, added, rows);
        return
        [
            new(Prefix + "model", "gpt2"),
            new(Prefix + "pre", pre),
            new(Prefix + "tokens", tokens),
            new(Prefix + "token_type", types),
            new(Prefix + "merges", model["merges"]!.AsArray().Select(pair => Merge(pair!, name)).ToArray()),
        ];
    }

    private static List<KeyValuePair<string, object>> SentencePiece(Tokenizer tokenizer, JsonObject json, AddedToken[] added, int rows, string name)
    {
        JsonNode model = json["model"]!;
        (string[] tokens, int[] types) = Tokens(model, added, rows);
        if (Text(model["unk_token"]) is { } unknown && Array.IndexOf(tokens, unknown) is >= 0 and var id)
        {
            if (!Array.Exists(added, token => token.Id == id)) throw Refused(name, $"its unknown token '{unknown}' is not one of its added tokens");
            types[id] = GgufVocabulary.UnknownType;
        }
        for (int b = 0; b < 256; b++)
            if (Array.IndexOf(tokens, $"<0x{b:X2}>") is >= 0 and var at) types[at] = GgufVocabulary.ByteType;
        bool prepends = Prepends(json, name);
        // What decoding does with the space in front is seen by trying it.
        if (tokenizer.TokenToId(GgufVocabulary.SpaceMark) is { } mark && tokenizer.Decode([mark], skipSpecialTokens: false) != (prepends ? "" : " "))
            throw Refused(name, $"its decoder {(prepends ? "keeps" : "takes away")} a space in front of the text that its normalizer {(prepends ? "puts" : "does not put")} there");
        var vocabulary = new Vocabulary(tokens.Length);
        for (int i = 0; i < tokens.Length; i++)
            if (vocabulary.Add(tokens[i], i) is { } problem) throw Refused(name, problem);
        (int, int)[] merges = [.. model["merges"]!.AsArray().Select(pair => (vocabulary.IdOf(Text(pair![0])!)!.Value, vocabulary.IdOf(Text(pair[1])!)!.Value))];
        try
        {
            float[] scores = SentencePieceScores.FromMerges(vocabulary, merges, i => types[i] is GgufVocabulary.NormalType or GgufVocabulary.UserDefinedType)
                ?? throw Refused(name, "no scores give the order of its merges");
            return
            [
                new(Prefix + "model", "llama"),
                new(Prefix + "pre", "default"),
                new(Prefix + "tokens", tokens),
                new(Prefix + "scores", scores),
                new(Prefix + "token_type", types),
                new(Prefix + "add_space_prefix", prepends),
            ];
        }
        catch (FormatException e)
        {
            throw Refused(name, e.Message);
        }
    }

    // The two spellings of SentencePiece's way with spaces: a normalizer, or the pre-tokenizer that replaced it.
    private static bool Prepends(JsonObject json, string name)
    {
        if (json["pre_tokenizer"] is { } metaspace && !CutsAtSpaces(metaspace))
        {
            if (json["normalizer"] is null && !metaspace["split"]!.GetValue<bool>() && Text(metaspace["replacement"]) == GgufVocabulary.SpaceMark)
                return Text(metaspace["prepend_scheme"]) != "never";
        }
        else
        {
            if (IsSame(json["normalizer"], GgufVocabulary.SpaceNormalizer(prepends: true).Write)) return true;
            if (IsSame(json["normalizer"], GgufVocabulary.SpaceNormalizer(prepends: false).Write) || IsSame(json["normalizer"], GgufVocabulary.MarkSpaces.Write)) return false;
        }
        throw Refused(name, "its normalizer does something else than marking spaces");
    }

    // Gemma's: where its normalizer has marked spaces there are none left to cut at.
    private static bool CutsAtSpaces(JsonNode preTokenizer) => Text(preTokenizer["type"]) == "Split" && preTokenizer["pattern"]?["String"]?.GetValue<string>() == " ";

    private static (string[] Tokens, int[] Types) Tokens(JsonNode model, AddedToken[] added, int rows)
    {
        string[] tokens = [.. Enumerable.Range(0, rows).Select(id => $"[PAD{id}]")];
        int[] types = [.. Enumerable.Repeat(GgufVocabulary.UnusedType, rows)];
        foreach ((string token, JsonNode? id) in model["vocab"]!.AsObject()) (tokens[id!.GetValue<int>()], types[id.GetValue<int>()]) = (token, GgufVocabulary.NormalType);
        foreach (AddedToken token in added) (tokens[token.Id], types[token.Id]) = (token.Content, token.Special ? GgufVocabulary.ControlType : GgufVocabulary.UserDefinedType);
        return (tokens, types);
    }

    private static string Merge(JsonNode pair, string name)
    {
        (string left, string right) = (Text(pair[0])!, Text(pair[1])!);
        return left.Contains(' ') || right.Contains(' ') ? throw Refused(name, $"the merge of '{left}' and '{right}' contains a space") : $"{left} {right}";
    }

    // What surrounds a text is seen by trying it.
    private static void AddSpecialTokens(List<KeyValuePair<string, object>> entries, Tokenizer tokenizer, TokenizerConfig config, string name)
    {
        int? bos = config.BosTokenId ?? IdOf(config.BosToken);
        int[] ends = [.. new[] { IdOf(config.EosToken) }.OfType<int>().Concat(config.EosTokenIds).Distinct()];
        ReadOnlySpan<int> bare = tokenizer.Encode("a", addSpecialTokens: false), whole = tokenizer.Encode("a", addSpecialTokens: true);
        int before = whole.IndexOf(bare), after = whole.Length - bare.Length - before;
        bool known = before is 0 or 1 && after is 0 or 1;
        if (known && before == 1) bos ??= whole[0];
        if (known && after == 1 && ends.Length == 0) ends = [whole[^1]];
        if (!known || (before == 1 && whole[0] != bos) || (after == 1 && whole[^1] != ends[0])) throw Refused(name, "it surrounds a text with more than one BOS and one EOS");
        Add("bos_token_id", bos);
        Add("eos_token_id", ends.Length > 0 ? ends[0] : null);
        // llama.cpp knows a second token that ends a turn.
        Add("eot_token_id", ends.Length > 1 ? ends[1] : null);
        Add("unknown_token_id", IdOf(config.UnknownToken));
        Add("padding_token_id", config.PadTokenId ?? IdOf(config.PadToken));
        entries.Add(new(Prefix + "add_bos_token", before == 1));
        entries.Add(new(Prefix + "add_eos_token", after == 1));

        int? IdOf(string? token) => token is null ? null : tokenizer.TokenToId(token);

        void Add(string key, int? id)
        {
            if (id is { } value) entries.Add(new(Prefix + key, (uint)value));
        }
    }

    private static void AddTemplates(List<KeyValuePair<string, object>> entries, TokenizerConfig config, string? template)
    {
        if ((template ?? config.ChatTemplate) is { } text) entries.Add(new("tokenizer.chat_template", text));
        KeyValuePair<string, string>[] others = [.. config.ChatTemplates.Where(x => x.Key != TokenizerConfig.DefaultTemplateName).OrderBy(x => x.Key, StringComparer.Ordinal)];
        if (others.Length == 0) return;
        entries.Add(new("tokenizer.chat_templates", others.Select(x => x.Key).ToArray()));
        foreach ((string key, string source) in others) entries.Add(new($"tokenizer.chat_template.{key}", source));
    }

    /// <summary>Whether a component is spelt as ours; offsets are not kept here, so how they are trimmed does not count.</summary>
    internal static bool IsSame(JsonNode? found, Action<Utf8JsonWriter>? write)
    {
        if (write is null || found is null) return write is null && found is null;
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream)) write(json);
        return JsonNode.DeepEquals(WithoutOffsets(found), WithoutOffsets(JsonNode.Parse(stream.ToArray())!));
    }

    private static JsonNode WithoutOffsets(JsonNode node)
    {
        JsonNode copy = node.DeepClone();
        foreach (JsonObject step in copy["pretokenizers"] is JsonArray steps ? steps.OfType<JsonObject>() : [copy.AsObject()]) step.Remove("trim_offsets");
        return copy;
    }

    private static AddedToken AddedTokenOf(JsonNode? token) =>
        new(token!["id"]!.GetValue<int>(), Text(token["content"])!, Flag(token, "single_word"), Flag(token, "lstrip"), Flag(token, "rstrip"), Special: Flag(token, "special"));

    private static bool Flag(JsonNode token, string key) => token[key]!.GetValue<bool>();

    private static string? Text(JsonNode? node) => node?.GetValue<string>();

    private static SpaException Refused(string name, string why) => new($"the tokenizer of '{name}' cannot be written as GGUF: {why}; use --format hf");
}
