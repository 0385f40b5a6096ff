using Spa.Engine.Tests.Support;
using Spa.Engine.Text;

namespace Spa.Engine.Tests.Text.Tokenization;

public sealed class TokenizerConfigTests
{
    private readonly string _folder = Directory.CreateTempSubdirectory("spa-tokenizer-config").FullName;

    [TearDown]
    public void Remove() => Directory.Delete(_folder, recursive: true);

    [Test]
    public void Reads_a_real_folder()
    {
        TokenizerConfig config = TokenizerConfig.Load(Fixtures.Require("fixtures/tokenizers/qwen3"));
        Assert.That((config.BosToken, config.EosToken, config.PadToken, config.AddBosToken), Is.EqualTo(((string?)null, "<|im_end|>", "<|endoftext|>", false)));
        Assert.That(config.ModelMaxLength, Is.EqualTo(131072));
        Assert.That(config.ChatTemplate, Does.Contain("<|im_start|>"));
        config = TokenizerConfig.Load(Fixtures.Require("fixtures/tokenizers/llama2"));
        Assert.That((config.BosToken, config.UnknownToken, config.AddBosToken, config.AddEosToken), Is.EqualTo(("<s>", "<unk>", true, false)));
        Assert.That(config.ModelMaxLength, Is.Null, "1e30 stands for no limit");
        Assert.That(config.TokenizerClass, Is.EqualTo("LlamaTokenizer"));
    }

    [Test]
    public void Tokens_may_be_objects_and_the_map_fills_what_the_config_leaves_out()
    {
        Write("tokenizer_config.json", """{"bos_token":{"content":"<s>","lstrip":false},"eos_token":null}""");
        Write("special_tokens_map.json", """{"bos_token":"<other>","eos_token":{"content":"</s>"},"pad_token":"<pad>"}""");
        TokenizerConfig config = TokenizerConfig.Load(_folder);
        Assert.That((config.BosToken, config.EosToken, config.PadToken), Is.EqualTo(("<s>", "</s>", "<pad>")));
    }

    [Test]
    public void Generation_config_names_one_end_or_several()
    {
        Write("generation_config.json", """{"eos_token_id":[128001,128009],"bos_token_id":128000,"pad_token_id":null}""");
        TokenizerConfig config = TokenizerConfig.Load(_folder);
        Assert.That(config.EosTokenIds, Is.EqualTo((int[])[128001, 128009]));
        Assert.That((config.BosTokenId, config.PadTokenId), Is.EqualTo(((int?)128000, (int?)null)));
        Write("generation_config.json", """{"eos_token_id":2}""");
        Assert.That(TokenizerConfig.Load(_folder).EosTokenIds, Is.EqualTo((int[])[2]));
    }

    [Test]
    public void Templates_may_be_one_or_a_named_list_or_a_file_of_its_own()
    {
        Write("tokenizer_config.json", """{"chat_template":"one"}""");
        Assert.That(TokenizerConfig.Load(_folder).ChatTemplate, Is.EqualTo("one"));
        Write("tokenizer_config.json", """{"chat_template":[{"name":"default","template":"two"},{"name":"tool_use","template":"three"}]}""");
        TokenizerConfig config = TokenizerConfig.Load(_folder);
        Assert.That((config.ChatTemplate, config.ChatTemplates["tool_use"]), Is.EqualTo(("two", "three")));
        Write("chat_template.jinja", "four");
        Assert.That(TokenizerConfig.Load(_folder).ChatTemplates, Is.EqualTo(new Dictionary<string, string> { ["default"] = "four" }), "files stand for all of the list");
        Directory.CreateDirectory(Path.Combine(_folder, "additional_chat_templates"));
        Write("additional_chat_templates/rag.jinja", "five");
        Assert.That(TokenizerConfig.Load(_folder).ChatTemplates, Is.EqualTo(new Dictionary<string, string> { ["default"] = "four", ["rag"] = "five" }));
    }

    [Test]
    public void An_empty_folder_says_nothing()
    {
        TokenizerConfig config = TokenizerConfig.Load(_folder);
        Assert.That((config.BosToken, config.ChatTemplate, config.AddBosToken, config.EosTokenIds.Count), Is.EqualTo(((string?)null, (string?)null, (bool?)null, 0)));
    }

    [TestCase("tokenizer_config.json", "{", "expected JSON")]
    [TestCase("tokenizer_config.json", "[]", "expected Object")]
    [TestCase("tokenizer_config.json", """{"bos_token":7}""", "bos_token: expected String")]
    [TestCase("tokenizer_config.json", """{"bos_token":{"text":"x"}}""", "'content'")]
    [TestCase("tokenizer_config.json", """{"chat_template":[{"name":"x"}]}""", "chat_template[0]")]
    [TestCase("generation_config.json", """{"eos_token_id":[1,"2"]}""", "eos_token_id[1]: expected Number")]
    public void A_damaged_file_gets_one_line_with_its_name(string file, string json, string said)
    {
        Write(file, json);
        Assert.That(() => TokenizerConfig.Load(_folder),
            Throws.TypeOf<SpaException>().With.Message.Contains(file).And.Message.Contains(said).And.Message.Not.Contains("\n"));
    }

    private void Write(string file, string content) => File.WriteAllText(Path.Combine(_folder, file), content);
}
