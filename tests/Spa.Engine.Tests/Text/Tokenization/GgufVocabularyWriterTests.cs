using System.Text.Json.Nodes;
using Spa.Engine.Formats;
using Spa.Engine.Tests.Formats;
using Spa.Engine.Tests.Support;
using Spa.Engine.Text;

namespace Spa.Engine.Tests.Text.Tokenization;

public sealed class GgufVocabularyWriterTests
{
    private readonly TempFolder _folder = new();

    [TearDown]
    public void Remove() => _folder.Dispose();

    [TestCase("llama2", "llama", "default")]
    [TestCase("qwen3", "gpt2", "qwen2")]
    public void A_tokenizer_that_went_through_a_file_encodes_and_decodes_the_same(string folder, string model, string pre)
    {
        Tokenizer source = GoldenRows.Tokenizer(folder);
        TokenizerConfig config = TokenizerConfig.Load(Path.GetDirectoryName(GoldenRows.PathOf(folder, "tokenizer.json"))!);
        // More rows than tokens, as many models have.
        int rows = source.VocabularySize + 3;
        GgufWriter.Write(_folder["v.gguf"], GgufVocabularyWriter.Describe(source, config, rows, "{{ messages }}", folder), []);
        using GgufFile file = GgufFile.Open(_folder["v.gguf"]);
        Assert.That((file.Text("tokenizer.ggml.model"), file.Text("tokenizer.ggml.pre"), file.Text("tokenizer.chat_template")), Is.EqualTo((model, pre, "{{ messages }}")));
        Assert.That((string[])file.Metadata["tokenizer.ggml.tokens"], Has.Length.EqualTo(rows));
        Tokenizer again = GgufVocabulary.Load(file.Metadata, folder);
        GoldenRows.AssertAll(folder, "goldens.jsonl", row =>
        {
            string text = GoldenRows.Text(row, "text");
            bool same = again.Encode(text, addSpecialTokens: true).SequenceEqual(GoldenRows.Ints(row, "ids_special"))
                && again.Encode(text, addSpecialTokens: false).SequenceEqual(GoldenRows.Ints(row, "ids"))
                && again.Decode(GoldenRows.Ints(row, "ids"), skipSpecialTokens: true) == GoldenRows.Text(row, "decoded_skip");
            return same ? null : GoldenRows.Show(text);
        });
        TokenizerConfig read = TokenizerConfig.FromGguf(file.Metadata);
        Assert.That((read.BosToken, read.EosToken), Is.EqualTo((config.BosToken ?? read.BosToken, config.EosToken)));
    }

    [Test]
    public void Scores_and_types_of_llama_are_those_of_its_sentencepiece_model()
    {
        Tokenizer source = GoldenRows.Tokenizer("llama2");
        TokenizerConfig config = TokenizerConfig.Load(Path.GetDirectoryName(GoldenRows.PathOf("llama2", "tokenizer.json"))!);
        var entries = new Dictionary<string, object>(GgufVocabularyWriter.Describe(source, config, 32000, null, "llama2"));
        float[] scores = (float[])entries["tokenizer.ggml.scores"];
        int[] types = (int[])entries["tokenizer.ggml.token_type"];
        // unknown, control, byte; then pieces in the order of their merging.
        Assert.That((types[0], types[1], types[3], types[258], types[259]), Is.EqualTo((2, 3, 6, 6, 1)));
        float Score(string token) => scores[source.TokenToId(token)!.Value];
        Assert.That((scores[0], scores[3], Score("▁t"), Score("in"), Score("er")), Is.EqualTo((0f, 0f, 0f, -1f, -2f)));
        Assert.That(entries["tokenizer.ggml.add_bos_token"], Is.True);
        Assert.That(entries["tokenizer.ggml.add_space_prefix"], Is.True);
        // The list of merges that the scores stand for is that of tokenizer.json, pair by pair.
        JsonNode Merges(Tokenizer tokenizer)
        {
            using var stream = new MemoryStream();
            TokenizerJson.Write(tokenizer, stream);
            return JsonNode.Parse(stream.ToArray())!["model"]!["merges"]!;
        }
        Assert.That(JsonNode.DeepEquals(Merges(GgufVocabulary.Load(entries)), Merges(source)));
    }

    [Test]
    public void The_vocabulary_of_a_real_file_is_written_as_it_was_there()
    {
        using GgufFile file = GgufFile.Open(Fixtures.Require("models/smollm2-135m-instruct/SmolLM2-135M-Instruct.Q4_1.gguf"));
        Tokenizer tokenizer = GgufVocabulary.Load(file.Metadata);
        TokenizerConfig config = TokenizerConfig.FromGguf(file.Metadata);
        var written = new Dictionary<string, object>(GgufVocabularyWriter.Describe(tokenizer, config, tokenizer.VocabularySize, null, "SmolLM2"));
        // Its add_space_prefix is false, which for byte-level BPE goes without saying.
        string[] keys = [.. file.Metadata.Keys.Where(key => key.StartsWith("tokenizer.", StringComparison.Ordinal) && key != "tokenizer.ggml.add_space_prefix")];
        Assert.That(keys, Is.SubsetOf(written.Keys));
        foreach (string key in keys) Assert.That(written[key] is uint id ? (long)id : written[key], Is.EqualTo(file.Metadata[key]), key);
    }

    [Test]
    public void A_tokenizer_spelt_as_Gemmas_went_through_a_file_and_encodes_the_same()
    {
        JsonObject json = JsonNode.Parse(File.ReadAllText(GoldenRows.PathOf("llama2", "tokenizer.json")))!.AsObject();
        json["normalizer"] = JsonNode.Parse("""{"type": "Replace", "pattern": {"String": " "}, "content": "▁"}""");
        json["pre_tokenizer"] = JsonNode.Parse("""{"type": "Split", "pattern": {"String": " "}, "behavior": "MergedWithPrevious", "invert": false}""");
        json["decoder"] = JsonNode.Parse("""
            {"type": "Sequence", "decoders": [{"type": "Replace", "pattern": {"String": "▁"}, "content": " "}, {"type": "ByteFallback"}, {"type": "Fuse"}]}
            """);
        File.WriteAllText(_folder["tokenizer.json"], json.ToJsonString());
        Tokenizer source = TokenizerJson.Load(_folder["tokenizer.json"]);
        var entries = new Dictionary<string, object>(GgufVocabularyWriter.Describe(source, new TokenizerConfig(), 32000, null, "gemma"));
        Assert.That((entries["tokenizer.ggml.model"], entries["tokenizer.ggml.add_space_prefix"]), Is.EqualTo(("llama", false)));
        Tokenizer again = GgufVocabulary.Load(entries);
        GoldenRows.AssertAll("llama2", "goldens.jsonl", row =>
        {
            string text = GoldenRows.Text(row, "text");
            int[] ids = source.Encode(text, addSpecialTokens: true);
            return again.Encode(text, addSpecialTokens: true).SequenceEqual(ids) && again.Decode(ids, skipSpecialTokens: true) == source.Decode(ids, skipSpecialTokens: true)
                ? null : GoldenRows.Show(text);
        });
    }

    [Test]
    public void Tokens_of_a_Phi_3_take_white_space_along_where_the_name_says_what_it_is()
    {
        JsonObject json = JsonNode.Parse(File.ReadAllText(GoldenRows.PathOf("llama2", "tokenizer.json")))!.AsObject();
        JsonArray added = json["added_tokens"]!.AsArray();
        added.Add(JsonNode.Parse("""{"id": 32000, "content": "<|user|>", "single_word": false, "lstrip": false, "rstrip": true, "normalized": false, "special": true}"""));
        foreach (JsonNode? token in added) token!["rstrip"] = (string)token["content"]! is "</s>" or "<|user|>";
        File.WriteAllText(_folder["tokenizer.json"], json.ToJsonString());
        Tokenizer source = TokenizerJson.Load(_folder["tokenizer.json"]);
        Assert.That(GgufVocabularyWriter.NeedsPhi3Name(source));
        Assert.That(GgufVocabularyWriter.NeedsPhi3Name(GoldenRows.Tokenizer("llama2")), Is.False);
        var entries = new Dictionary<string, object>(GgufVocabularyWriter.Describe(source, new TokenizerConfig(), 32001, null, "phi3")) { ["general.name"] = "mine (Phi-3)" };
        const string Text = "<|user|>\n Hello</s>  you <s> there";
        Assert.That(GgufVocabulary.Load(entries).Encode(Text, true), Is.EqualTo(source.Encode(Text, true)));
        added[0]!["rstrip"] = true;
        File.WriteAllText(_folder["tokenizer.json"], json.ToJsonString());
        Assert.That(() => GgufVocabularyWriter.Describe(TokenizerJson.Load(_folder["tokenizer.json"]), new TokenizerConfig(), 32001, null, "phi3"),
            Throws.TypeOf<SpaException>().With.Message.Contains("takes white space along"));
    }

    [TestCase("tekken", true)]
    [TestCase("gpt-4o", false)]
    [TestCase("dbrx", false)]
    [TestCase("llama-bpe", true)]
    [TestCase("stablelm2", false)]
    [TestCase("gpt-2", false)]
    [TestCase("smollm", false)]
    public void Every_pre_tokenizer_is_written_under_the_name_it_was_read_by(string pre, bool ignoresMerges)
    {
        var metadata = new Dictionary<string, object> { ["tokenizer.ggml.model"] = "gpt2", ["tokenizer.ggml.pre"] = pre, ["tokenizer.ggml.add_bos_token"] = false };
        metadata["tokenizer.ggml.tokens"] = new[] { "a", "b", "ab" };
        metadata["tokenizer.ggml.merges"] = new[] { "a b" };
        Tokenizer tokenizer = GgufVocabulary.Load(metadata);
        var written = new Dictionary<string, object>(GgufVocabularyWriter.Describe(tokenizer, new TokenizerConfig(), 3, null, pre));
        Assert.That(written["tokenizer.ggml.pre"], Is.EqualTo(pre));
        using var stream = new MemoryStream();
        TokenizerJson.Write(tokenizer, stream);
        Assert.That((bool)JsonNode.Parse(stream.ToArray())!["model"]!["ignore_merges"]!, Is.EqualTo(ignoresMerges));
    }

    [TestCase("tiny-bytelevel", "is searched for as a whole word")]
    [TestCase("tiny-digits", "normalizer")]
    [TestCase("tiny-cl100k", "pre-tokenizer")]
    [TestCase("tiny-metaspace", "no scores")]
    public void What_gguf_cannot_say_is_refused(string folder, string reason) =>
        Assert.That(() => GgufVocabularyWriter.Describe(GoldenRows.Tokenizer(folder), new TokenizerConfig(), 100_000, null, folder),
            Throws.TypeOf<SpaException>().With.Message.Contains(reason).And.Message.Not.Contains("\n"));

    [Test]
    public void Words_marked_in_the_tokens_are_refused()
    {
        JsonObject json = JsonNode.Parse(File.ReadAllText(GoldenRows.PathOf("llama2", "tokenizer.json")))!.AsObject();
        json["model"]!["end_of_word_suffix"] = "</w>";
        File.WriteAllText(_folder["tokenizer.json"], json.ToJsonString());
        Assert.That(() => GgufVocabularyWriter.Describe(TokenizerJson.Load(_folder["tokenizer.json"]), new TokenizerConfig(), 32000, null, "gpt"),
            Throws.TypeOf<SpaException>().With.Message.Contains("'end_of_word_suffix'"));
    }

    // Gemma 3's tokenizer.json lists the pairs of its runs of spaces and line feeds by their left parts, longest first, not run by run.
    private const string Runs = """
        {"version":"1.0","truncation":null,"padding":null,"added_tokens":[{"id":0,"content":"<unk>","single_word":false,"lstrip":false,"rstrip":false,"normalized":false,"special":true}],
        "normalizer":{"type":"Replace","pattern":{"String":" "},"content":"▁"},"pre_tokenizer":null,"post_processor":null,
        "decoder":{"type":"Sequence","decoders":[{"type":"Replace","pattern":{"String":"▁"},"content":" "},{"type":"ByteFallback"},{"type":"Fuse"}]},
        "model":{"type":"BPE","unk_token":"<unk>","fuse_unk":true,"byte_fallback":true,
        "vocab":{"<unk>":0,"▁":1,"▁▁":2,"▁▁▁":3,"▁▁▁▁":4,"\n":5,"\n\n":6,"\n\n\n":7,"a":8,"▁a":9},
        "merges":["▁▁▁ ▁","▁▁ ▁▁","▁▁ ▁","\n\n \n","▁ ▁▁▁","▁ ▁▁","\n \n\n","▁ ▁","\n \n","▁ a"]}}
        """;

    [Test]
    public void Runs_of_one_score_join_from_the_left_as_in_the_file_they_came_from()
    {
        Tokenizer source = Parse(Runs), again = GgufVocabulary.Load(new Dictionary<string, object>(GgufVocabularyWriter.Describe(source, new TokenizerConfig(), 10, null, "runs")));
        Assert.That(source.Encode("a         a", addSpecialTokens: false), Is.EqualTo((int[])[8, 4, 4, 9]), "nine spaces");
        for (int spaces = 0; spaces < 24; spaces++)
            foreach (string text in new[] { "a" + new string(' ', spaces) + "a", new string('\n', spaces) + "a", new string(' ', spaces) + "\n\n a" })
                Assert.That(again.Encode(text, addSpecialTokens: false), Is.EqualTo(source.Encode(text, addSpecialTokens: false)), $"{spaces}");
        Assert.That(() => GgufVocabularyWriter.Describe(Parse(Runs.Replace("\"▁▁▁ ▁\",\"▁▁ ▁▁\"", "\"▁▁ ▁▁\",\"▁▁▁ ▁\"")), new TokenizerConfig(), 10, null, "runs"),
            Throws.TypeOf<SpaException>().With.Message.Contains("no scores"), "another order has no scores");
    }

    [TestCase("""{"type":"Fuse"}]""", """{"type":"Fuse"},{"type":"Strip","content":" ","start":1,"stop":0}]""", "its decoder takes away a space")]
    [TestCase("""[{"id":0,"content":"<unk>","single_word":false,"lstrip":false,"rstrip":false,"normalized":false,"special":true}]""", "[]", "its unknown token '<unk>' is not one of its added tokens")]
    public void What_would_be_read_back_otherwise_is_refused(string part, string other, string reason)
    {
        string changed = Runs.Replace(part, other);
        Assert.That(changed, Is.Not.EqualTo(Runs));
        Assert.That(() => GgufVocabularyWriter.Describe(Parse(changed), new TokenizerConfig(), 10, null, "runs"), Throws.TypeOf<SpaException>().With.Message.Contains(reason));
    }

    private static Tokenizer Parse(string json) => TokenizerJson.Parse(new MemoryStream(System.Text.Encoding.UTF8.GetBytes(json)), "runs");
}
