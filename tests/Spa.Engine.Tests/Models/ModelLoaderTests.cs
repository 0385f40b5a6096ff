using System.Text.Json.Nodes;
using Spa.Engine.Compute;
using Spa.Engine.Compute.Cpu;
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
