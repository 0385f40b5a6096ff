using System.Text;
using Spa.Engine.Text;

namespace Spa.Engine.Tests.Text.Tokenization;

public sealed class HostileTokenizerTests
{
    private const string Model = """{"type":"BPE","vocab":{"a":0,"b":1,"ab":2},"merges":["a b"]}""";

    [TestCase("", "expected JSON", TestName = "An_empty_file")]
    [TestCase("{", "expected JSON", TestName = "A_truncated_file")]
    [TestCase("[]", "expected Object", TestName = "A_list_in_place_of_an_object")]
    [TestCase("{}", "'model'", TestName = "No_model")]
    [TestCase("""{"model":{"type":"Magic"}}""", "the model 'Magic' is not supported")]
    [TestCase("""{"model":{"vocab":{"a":0,"b":0},"merges":[]}}""", "the same id 0")]
    [TestCase("""{"model":{"vocab":{"a":0,"a":1},"merges":[]}}""", "listed twice")]
    [TestCase("""{"model":{"vocab":{"a":-1},"merges":[]}}""", "outside 0 to")]
    [TestCase("""{"model":{"vocab":{"a":2000000000},"merges":[]}}""", "outside 0 to")]
    [TestCase("""{"model":{"vocab":{"a":99999999999},"merges":[]}}""", "not an integer that fits")]
    [TestCase("""{"model":{"vocab":{"\ud800":0},"merges":[]}}""", "Unicode")]
    [TestCase("""{"model":{"vocab":{"a":0},"merges":["a z"]}}""", "merge 0 names 'z'")]
    [TestCase("""{"model":{"vocab":{"a":0,"b":1},"merges":["a b"]}}""", "to a token that is not in the vocabulary")]
    [TestCase("""{"model":{"vocab":{"a":0},"merges":["a"]}}""", "merge 0 is neither")]
    [TestCase("""{"model":{"vocab":{"a":0},"merges":[["a"]]}}""", "merge 0 is neither")]
    [TestCase("""{"model":{"vocab":{"a":0},"merges":[],"unk_token":"<unk>"}}""", "unknown token '<unk>'")]
    [TestCase("""{"model":{"vocab":{"a":0},"merges":[],"dropout":0.1}}""", "dropout")]
    [TestCase("""{"model":{"vocab":{"a":0},"merges":[],"end_of_word_suffix":"01234567890123456789012345678901234567890123456789012345678901234"}}""", "at most 64 characters, found 65")]
    [TestCase("""{"model":{"vocab":{"a":0,"b":1,"ab":2},"merges":["a b"],"continuing_subword_prefix":"##"}}""", "merge 0 joins 'b'")]
    [TestCase("""{"model":{"type":"WordLevel"}}""", "'vocab'")]
    [TestCase("""{"model":{"type":"Unigram"}}""", "'vocab'")]
    [TestCase("""{"model":{"type":"Unigram","vocab":[["a"]]}}""", "entry 0 is not of the form")]
    [TestCase("""{"model":{"type":"Unigram","vocab":[["a",1e999]]}}""", "finite score")]
    [TestCase("""{"model":{"type":"Unigram","vocab":[["a",0]],"unk_id":1}}""", "outside the vocabulary of 1")]
    [TestCase("""{"model":{"type":"WordPiece","vocab":{"a":0}}}""", "unknown token '[UNK]'")]
    [TestCase("""{"model":{"type":"WordPiece","vocab":{"[UNK]":0},"max_input_chars_per_word":-1}}""", "negative number")]
    public void A_broken_file_gets_one_line_with_its_name(string json, string said) => AssertRefused(json, said);

    [TestCase("normalizer", """{"type":"Magic"}""", "the normalizer 'Magic' is not supported")]
    [TestCase("normalizer", """{"type":"Sequence","normalizers":[{"type":"X"}]}""", "normalizer.normalizers[0]")]
    [TestCase("normalizer", """{"type":"Replace","pattern":{"String":""},"content":"x"}""", "empty pattern")]
    [TestCase("normalizer", """{"type":"Replace","pattern":{"Regex":"(?<=a)"},"content":"x"}""", "(?<=")]
    [TestCase("normalizer", """{"type":"Prepend"}""", "'prepend'")]
    [TestCase("pre_tokenizer", """{"type":"Magic"}""", "the pre-tokenizer 'Magic' is not supported")]
    [TestCase("pre_tokenizer", """{"type":"FixedLength","length":0}""", "at least 1")]
    [TestCase("pre_tokenizer", """{"type":"Split","pattern":{"String":"a"},"behavior":"Sideways"}""", "Sideways")]
    [TestCase("pre_tokenizer", """{"type":"Metaspace","replacement":"__"}""", "one character")]
    [TestCase("pre_tokenizer", """{"type":"Digits","individual_digits":1}""", "expected true or false")]
    [TestCase("normalizer", """{"type":"Precompiled","precompiled_charsmap":"?"}""", "base64")]
    [TestCase("normalizer", """{"type":"Precompiled","precompiled_charsmap":""}""", "4 bytes of length")]
    [TestCase("normalizer", """{"type":"Precompiled","precompiled_charsmap":"/////w=="}""", "the trie claims 4294967295 bytes")]
    [TestCase("normalizer", """{"type":"Precompiled","precompiled_charsmap":"AAAAAP8="}""", "not UTF-8")]
    [TestCase("pre_tokenizer", """{"type":"CharDelimiterSplit","delimiter":"ab"}""", "one character")]
    [TestCase("decoder", """{"type":"Magic"}""", "the decoder 'Magic' is not supported")]
    [TestCase("decoder", """{"type":"BPEDecoder","suffix":""}""", "empty string")]
    [TestCase("decoder", """{"type":"CTC","word_delimiter_token":""}""", "empty string")]
    [TestCase("decoder", """{"type":"Strip","content":" ","start":-1,"stop":0}""", "negative")]
    [TestCase("decoder", """{"type":"Strip","content":"","start":1,"stop":0}""", "one character")]
    [TestCase("post_processor", """{"type":"RobertaProcessing"}""", "'cls'")]
    [TestCase("post_processor", """{"type":"BertProcessing","cls":["a"],"sep":["b",1]}""", "[\"token\", id]")]
    [TestCase("post_processor", """{"type":"BertProcessing","cls":["a",0],"sep":["x",9]}""", "the id 9")]
    [TestCase("post_processor", """{"type":"Magic"}""", "the post-processor 'Magic' is not supported")]
    [TestCase("post_processor", """{"type":"TemplateProcessing","single":[{"SpecialToken":{"id":"<s>"}}],"special_tokens":{}}""", "'<s>'")]
    [TestCase("post_processor", """{"type":"TemplateProcessing","single":[{"SpecialToken":{"id":"s"}}],"special_tokens":{"s":{"ids":[9]}}}""", "the id 9")]
    [TestCase("post_processor", """{"type":"TemplateProcessing","single":[{"Sequence":{"id":"B"}}]}""", "text A")]
    [TestCase("added_tokens", """[{"id":1,"content":"x"}]""", "the id 1 of 'b'")]
    [TestCase("added_tokens", """[{"id":7,"content":"a"}]""", "the vocabulary gives it 0")]
    [TestCase("added_tokens", """[{"id":7,"content":"x"},{"id":7,"content":"y"}]""", "the same id 7")]
    [TestCase("added_tokens", """[{"id":7,"content":"x"},{"id":8,"content":"x"}]""", "listed twice")]
    [TestCase("added_tokens", """[{"id":999999999,"content":"x"}]""", "outside 0 to")]
    [TestCase("added_tokens", """[{"id":7,"content":""}]""", "0 characters")]
    [TestCase("added_tokens", """{"id":7}""", "expected Array")]
    public void A_broken_or_unknown_component_is_named(string field, string json, string said) => AssertRefused($$"""{"model":{{Model}},"{{field}}":{{json}}}""", said);

    [Test]
    public void Components_nested_without_end_are_refused()
    {
        string nested = string.Concat(Enumerable.Repeat("""{"type":"Sequence","normalizers":[""", 5000)) + string.Concat(Enumerable.Repeat("]}", 5000));
        AssertRefused($$"""{"normalizer":{{nested}},"model":{{Model}}}""", "expected JSON");
    }

    [Test]
    public void An_added_token_that_is_too_long_is_refused() =>
        AssertRefused($$"""{"model":{{Model}},"added_tokens":[{"id":7,"content":"{{new string('x', 5000)}}"}]}""", "5000 characters");

    [Test]
    public void Every_truncation_of_a_valid_file_is_refused_in_one_line()
    {
        string json = $$"""{"added_tokens":[{"id":3,"content":"<s>","special":true}],"normalizer":{"type":"NFC"},"model":{{Model}}}""";
        for (int length = 0; length < json.Length; length++) AssertRefused(json[..length], "");
    }

    // A trie that leads in circles and out of itself: looking anything up ends, and finds nothing or what there is.
    [Test]
    public void A_trie_that_leads_anywhere_is_no_danger()
    {
        Random random = new(3);
        for (int i = 0; i < 2000; i++)
        {
            byte[] map = new byte[random.Next(4, 600)];
            random.NextBytes(map);
            BitConverter.TryWriteBytes(map, (map.Length - 4) / 4 * 4);
            map.AsSpan(4 + (map.Length - 4) / 4 * 4).Fill((byte)'x');
            Tokenizer tokenizer = Parse($$"""{"normalizer":{"type":"Precompiled","precompiled_charsmap":"{{Convert.ToBase64String(map)}}"},"model":{{Model}}}""");
            tokenizer.Encode("abc\u00E9\uFF21\u0301 \U0001F600", addSpecialTokens: false);
        }
    }

    [Test]
    public void A_missing_file_is_named() =>
        Assert.That(() => TokenizerJson.Load("/no/such/tokenizer.json"), Throws.TypeOf<SpaException>().With.Message.StartsWith("/no/such/tokenizer.json: "));

    [Test]
    public void A_folder_that_is_not_there_cannot_be_written_to() =>
        Assert.That(() => TokenizerJson.Save(TestTexts.Small, "/no/such/tokenizer.json"), Throws.TypeOf<SpaException>().With.Message.Contains("cannot be written"));

    [Test]
    public void A_gap_in_the_ids_is_no_error()
    {
        Tokenizer tokenizer = Parse("""{"model":{"vocab":{"a":0,"b":5},"merges":[]}}""");
        Assert.That(tokenizer.VocabularySize, Is.EqualTo(6));
        Assert.That(tokenizer.IdToToken(3), Is.Null);
        Assert.That(tokenizer.Decode([0, 3, 5], skipSpecialTokens: false), Is.EqualTo("a b"));
    }

    private static Tokenizer Parse(string json) => TokenizerJson.Parse(new MemoryStream(Encoding.UTF8.GetBytes(json)), "bad.json");

    private static void AssertRefused(string json, string said)
    {
        SpaException? error = Assert.Throws<SpaException>(() => Parse(json));
        Assert.That(error!.Message, Does.StartWith("bad.json: ").And.Contain(said).And.Not.Contain("\n"));
        Assert.That(error.Message, Has.Length.LessThan(300));
    }
}
