using System.Text.Json;
using Spa.Engine.Formats;
using Spa.Engine.Tests.Support;
using Spa.Engine.Text;

namespace Spa.Engine.Tests.Text.Tokenization;

public sealed class GgufVocabularyTests
{
    [TestCase("smollm", "12 ab", "1 2 Ġab")]
    [TestCase("gpt-2", "12 ab", "12 Ġab")]
    [TestCase("default", "12 ab", "12 Ġab")]
    [TestCase("llama-bpe", "12 ab", "<s> 12 Ġab")]
    [TestCase("qwen2", "12 ab", "1 2 Ġab")]
    [TestCase("deepseek-r1-qwen", "12 ab", "1 2 Ġab")]
    [TestCase("stablelm2", "12 ab", "1 2 Ġab")]
    [TestCase("dbrx", "12 ab", "12 Ġab")]
    [TestCase("tekken", "12 ab", "<s> 1 2 Ġab")]
    [TestCase("gpt-4o", "12 ab", "12 Ġab")]
    public void The_name_of_the_pre_tokenizer_decides_where_text_is_cut(string pre, string text, string expected)
    {
        Tokenizer tokenizer = GgufVocabulary.Load(Metadata(("tokenizer.ggml.pre", pre)));
        Assert.That(string.Join(' ', tokenizer.Encode(text, addSpecialTokens: true).Select(tokenizer.IdToToken)), Is.EqualTo(expected));
    }

    [Test]
    public void Control_tokens_are_special_and_user_defined_tokens_are_only_found()
    {
        Tokenizer tokenizer = GgufVocabulary.Load(Metadata());
        int[] ids = tokenizer.Encode("<s>ab<u>", addSpecialTokens: false);
        Assert.That(ids.Select(tokenizer.IdToToken), Is.EqualTo((string[])["<s>", "ab", "<u>"]));
        Assert.That(ids.Select(tokenizer.IsSpecial), Is.EqualTo((bool[])[true, false, false]));
    }

    [Test]
    public void The_file_says_which_tokens_surround_a_text()
    {
        Tokenizer tokenizer = GgufVocabulary.Load(Metadata(("tokenizer.ggml.add_bos_token", true), ("tokenizer.ggml.add_eos_token", true)));
        Assert.That(tokenizer.Encode("ab", addSpecialTokens: true).Select(tokenizer.IdToToken), Is.EqualTo((string[])["<s>", "ab", "<u>"]));
        Assert.That(tokenizer.Encode("ab", addSpecialTokens: false).Select(tokenizer.IdToToken), Is.EqualTo((string[])["ab"]));
    }

    [TestCase("tokenizer.ggml.model", "bert", "the tokenizer 'bert' is not supported")]
    [TestCase("tokenizer.ggml.model", "llama", "expected the scores of the tokens")]
    [TestCase("tokenizer.ggml.model", 3, "expected a string")]
    [TestCase("tokenizer.ggml.pre", "deepseek", "the pre-tokenizer 'deepseek' is not supported")]
    [TestCase("tokenizer.ggml.merges", new[] { "ab" }, "merge 0 is not of the form")]
    [TestCase("tokenizer.ggml.merges", new[] { "a z" }, "merge 0 names 'z'")]
    [TestCase("tokenizer.ggml.merges", new[] { "b a" }, "to a token that is not in the vocabulary")]
    [TestCase("tokenizer.ggml.tokens", new[] { "a", "a" }, "listed twice")]
    [TestCase("tokenizer.ggml.token_type", new[] { 1 }, "one per token")]
    [TestCase("tokenizer.ggml.token_type", new[] { 1f }, "expected an array of integers")]
    [TestCase("tokenizer.ggml.add_bos_token", "yes", "expected true or false")]
    public void A_value_that_does_not_fit_is_refused_in_one_line(string key, object value, string said) =>
        Assert.That(() => GgufVocabulary.Load(Metadata((key, value)), "bad.gguf"),
            Throws.TypeOf<SpaException>().With.Message.StartsWith("bad.gguf: ").And.Message.Contains(said).And.Message.Not.Contains("\n"));

    [TestCase("tokenizer.ggml.model")]
    [TestCase("tokenizer.ggml.tokens")]
    [TestCase("tokenizer.ggml.merges")]
    public void A_missing_key_is_named(string key)
    {
        Dictionary<string, object> metadata = Metadata();
        metadata.Remove(key);
        Assert.That(() => GgufVocabulary.Load(metadata), Throws.TypeOf<SpaException>().With.Message.Contains(key));
    }

    [Test]
    public void An_id_outside_the_vocabulary_is_refused() =>
        Assert.That(() => GgufVocabulary.Load(Metadata(("tokenizer.ggml.add_bos_token", true), ("tokenizer.ggml.bos_token_id", 4_000_000_000u))),
            Throws.TypeOf<SpaException>().With.Message.Contains("bos_token_id"));

    [Test]
    public void The_vocabulary_of_a_real_file_gives_the_ids_of_the_reference()
    {
        using GgufFile file = GgufFile.Open(Fixtures.Require("models/smollm2-135m-instruct/SmolLM2-135M-Instruct.Q4_1.gguf"));
        using JsonDocument golden = JsonDocument.Parse(File.ReadAllText(Fixtures.Require("models/smollm2-135m-instruct/golden.json")));
        Tokenizer tokenizer = GgufVocabulary.Load(file.Metadata, "SmolLM2");
        Assert.Multiple(() =>
        {
            foreach (JsonElement row in golden.RootElement.GetProperty("tokenizer").EnumerateArray())
            {
                string text = GoldenRows.Text(row, "text");
                Assert.That(tokenizer.Encode(text, addSpecialTokens: true), Is.EqualTo(GoldenRows.Ints(row, "ids")), GoldenRows.Show(text));
                Assert.That(tokenizer.Decode(GoldenRows.Ints(row, "ids"), skipSpecialTokens: false), Is.EqualTo(text));
            }
            foreach (JsonElement row in golden.RootElement.GetProperty("generate").EnumerateArray())
                Assert.That(tokenizer.Encode(GoldenRows.Text(row, "rendered"), addSpecialTokens: true), Is.EqualTo(GoldenRows.Ints(row, "prompt_ids")));
        });
        TokenizerConfig config = TokenizerConfig.FromGguf(file.Metadata);
        Assert.That((config.BosToken, config.EosToken, config.PadToken), Is.EqualTo(("<|im_start|>", "<|im_end|>", "<|im_end|>")));
        Assert.That(config.EosTokenIds, Is.EqualTo((int[])[2]));
        Assert.That(config.AddBosToken, Is.False);
        Assert.That(config.ChatTemplate, Does.StartWith("{% for message in messages %}"));
    }

    private static Dictionary<string, object> Metadata(params (string Key, object Value)[] changes)
    {
        Dictionary<string, object> metadata = new()
        {
            ["tokenizer.ggml.model"] = "gpt2",
            ["tokenizer.ggml.pre"] = "smollm",
            ["tokenizer.ggml.tokens"] = new[] { "<s>", "<u>", "a", "b", "1", "2", "Ġ", "ab", "Ġab", "12" },
            ["tokenizer.ggml.token_type"] = new[] { 3, 4, 1, 1, 1, 1, 1, 1, 1, 1 },
            ["tokenizer.ggml.merges"] = new[] { "a b", "1 2", "Ġ ab" },
            ["tokenizer.ggml.bos_token_id"] = 0u,
            ["tokenizer.ggml.eos_token_id"] = 1L,
        };
        foreach ((string key, object value) in changes) metadata[key] = value;
        return metadata;
    }
}
