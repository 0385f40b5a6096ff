using System.Text.Json.Nodes;
using Spa.Engine.Compute;
using Spa.Engine.Compute.Cpu;
using Spa.Engine.Data;
using Spa.Engine.Models;
using Spa.Engine.Models.Families;
using Spa.Engine.Pipeline;
using Spa.Engine.Tests.Compute;
using Spa.Engine.Tests.Formats;
using Spa.Engine.Tests.Pipeline;

namespace Spa.Engine.Tests.Models;

internal sealed class ModelLoaderTests
{
    [Test]
    public void A_folder_that_was_written_loads_again_with_the_same_bits([Values] bool bf16)
    {
        DType type = bf16 ? DType.BFloat16 : DType.Float32;
        using TempFolder folder = new();
        TinyRun.WriteModel(folder["model"]);
        using CpuBackend backend = new(new CpuOptions { Threads = 2 });
        using ModelBundle bundle = ModelBundle.Open(folder["model"]);
        using Model model = bundle.Load(backend, type);
        bundle.Write(folder["again"], model);
        using ModelBundle second = ModelBundle.Open(folder["again"]);
        using Model copy = second.Load(backend, type);
        Everywhere.AssertSameBits(TinyModel.Weights(copy), TinyModel.Weights(model), "weights");
        Assert.That(second.Config with { Windows = [] }, Is.EqualTo(bundle.Config with { Windows = [] }));
        Assert.That(second.Tokenizer.TemplateSource, Is.EqualTo(bundle.Tokenizer.TemplateSource));
        Assert.That(second.Tokenizer.Encode("river stone", true), Is.EqualTo(bundle.Tokenizer.Encode("river stone", true)));
    }

    [Test]
    public void Every_template_of_a_tokenizer_is_written_where_transformers_writes_it()
    {
        using TempFolder folder = new();
        TinyRun.WriteModel(folder["model"]);
        foreach (string file in Directory.GetFiles(folder["model"], "*.jinja")) File.Delete(file);
        string path = Path.Combine(folder["model"], "tokenizer_config.json");
        JsonObject config = JsonNode.Parse(File.ReadAllText(path))!.AsObject();
        config["chat_template"] = JsonNode.Parse("""[{"name":"default","template":"one"},{"name":"tool_use","template":"two"}]""");
        File.WriteAllText(path, config.ToJsonString());
        using CpuBackend backend = new(new CpuOptions { Threads = 1 });
        using ModelBundle bundle = ModelBundle.Open(folder["model"]);
        using Model model = bundle.Load(backend, DType.Float32);
        bundle.Write(folder["again"], model);
        string tools = Path.Combine(folder["again"], "additional_chat_templates", "tool_use.jinja");
        Assert.That((File.ReadAllText(Path.Combine(folder["again"], "chat_template.jinja")), File.ReadAllText(tools)), Is.EqualTo(("one", "two")));
        using ModelBundle second = ModelBundle.Open(folder["again"]);
        TemplateArguments? arguments = TemplateArguments.Of(new JsonObject { ["tools"] = new JsonArray() });
        Assert.That((second.Tokenizer.Render([], false), second.Tokenizer.Render([], false, arguments)), Is.EqualTo(("one", "two")));

        string hash = ContentHash.OfPath(folder["again"]);
        File.WriteAllText(tools, "three");
        Assert.That(ContentHash.OfPath(folder["again"]), Is.Not.EqualTo(hash), "a model with other templates is another model");
        TinyRun.WriteModel(folder["model"]);
        using ModelBundle plain = ModelBundle.Open(folder["model"]);
        plain.Write(folder["again"], model);
        Assert.That(File.Exists(tools), Is.EqualTo(plain.Tokenizer.ToolTemplateSource is not null), "no template of another tokenizer stays behind");
    }

    [Test]
    public void A_template_whose_name_is_no_file_name_is_refused()
    {
        using TempFolder folder = new();
        TinyRun.WriteModel(folder["model"]);
        File.Delete(Path.Combine(folder["model"], "chat_template.jinja"));
        File.WriteAllText(Path.Combine(folder["model"], "tokenizer_config.json"), """{"chat_template": [{"name":"../x","template":"one"}]}""");
        Assert.That(() => ModelBundle.Open(folder["model"]), Throws.TypeOf<SpaException>().With.Message.Contains("a chat template named '../x'; expected a name that a file can have"));
    }

    [Test]
    public void A_clone_has_the_weights_and_its_own_memory()
    {
        using CpuBackend backend = new(new CpuOptions { Threads = 1 });
        using Model model = TinyModel.Create(backend), clone = model.Clone();
        float[] before = TinyModel.Weights(model);
        Assert.That(TinyModel.Weights(clone), Is.EqualTo(before));
        backend.Zero(model.Tensors.Embedding);
        Assert.That(TinyModel.Weights(clone), Is.EqualTo(before));
    }

    [TestCase("num_key_value_heads", 3, "config.json: num_attention_heads 4 is not a multiple of num_key_value_heads 3")]
    [TestCase("head_dim", 7, "config.json: the rotary width 7 must be even and at most the head size 7")]
    [TestCase("hidden_act", 5, "config.json: 'hidden_act' must be a string, found 5")]
    [TestCase("rms_norm_eps", null, "config.json: 'rms_norm_eps' is missing; a config.json of this model type has it")]
    [TestCase("num_hidden_layers", 5000, "config.json: 5000 layers, vocabulary 67 and width 24 are beyond any known model; the file is damaged")]
    [TestCase("vocab_size", -1, "config.json: 'vocab_size' must be an integer of at least 1, found -1")]
    [TestCase("quantization_config", "gptq", "config.json: 'quantization_config': quantised weights are read from GGUF only; take the model in bfloat16 or float32, or as a .gguf file")]
    public void Configs_that_cannot_be_computed_are_refused(string key, object? value, string message)
    {
        JsonObject config = TinyModel.Config();
        config[key] = JsonValue.Create(value);
        var reader = new ConfigReader(config, "config.json");
        Assert.That(() => ModelFamily.Find(reader).Load(reader), Throws.TypeOf<SpaException>().With.Message.EqualTo(message));
    }

    [Test]
    public void Neutral_settings_of_other_families_are_passed_over()
    {
        JsonObject config = TinyModel.Config();
        (config["attention_bias"], config["sliding_window"], config["rope_scaling"], config["pretraining_tp"]) = (false, null, null, 1);
        var reader = new ConfigReader(config, "config.json");
        Assert.That(ModelFamily.Find(reader).Load(reader).Windows, Is.Empty);
    }
}
