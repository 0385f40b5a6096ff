using System.Text.Json.Nodes;
using Spa.Engine.Models;
using Spa.Engine.Models.Families;

namespace Spa.Engine.Tests.Models;

/// <summary>What config.json files of the families mean, as transformers 5 reads them.</summary>
internal sealed class FamilyConfigTests
{
    [Test]
    public void Both_spellings_of_rotary_settings_mean_the_same()
    {
        DecoderConfig old = Load("gemma3_text", """{"rope_theta": 5000.0, "rope_local_base_freq": 70.0, "rope_scaling": {"rope_type": "linear", "factor": 8.0}}""");
        DecoderConfig now = Load("gemma3_text", """
            {"rope_parameters": {"full_attention": {"rope_type": "linear", "factor": 8.0, "rope_theta": 5000.0}, "sliding_attention": {"rope_type": "default", "rope_theta": 70.0}}}
            """);
        Assert.That(now.Rotary, Is.EqualTo(old.Rotary));
        Assert.That(now.LocalRotary, Is.EqualTo(old.LocalRotary));
        Assert.That((old.Rotary.Theta, old.Rotary.Factor, old.LocalRotary!.Theta), Is.EqualTo((5000.0, 8.0, 70.0)));

        DecoderConfig llama = Load("llama", """{"rope_theta": 5000.0, "rope_scaling": {"type": "dynamic", "factor": 2.0}}""");
        Assert.That(Load("llama", """{"rope_parameters": {"rope_theta": 5000.0, "rope_type": "dynamic", "factor": 2.0}}""").Rotary, Is.EqualTo(llama.Rotary));
        Assert.That((llama.Rotary.OriginalMaxPositions, llama.MaxPositions), Is.EqualTo((2048, 4096)));
    }

    [Test]
    public void Absent_keys_have_the_defaults_of_the_class_and_null_is_a_value()
    {
        Assert.That(Load("mistral", "{}").Windows, Is.EqualTo(Enumerable.Repeat(4096, 32)));
        Assert.That(Load("mistral", """{"sliding_window": null}""").Windows, Is.Empty);
        DecoderConfig gemma2 = Load("gemma2", """{"attn_logit_softcapping": null}""");
        Assert.That((gemma2.HeadDim, gemma2.KvHeads, gemma2.AttentionSoftCap, gemma2.LogitSoftCap, gemma2.TieWordEmbeddings), Is.EqualTo((256, 4, 0f, 30f, true)));
        DecoderConfig smollm3 = Load("smollm3", "{}");
        Assert.That((smollm3.RotaryOf(2), smollm3.RotaryOf(3), smollm3.Rotary.Theta, smollm3.TieWordEmbeddings), Is.EqualTo((0, -1, 2e6, true)));
        Assert.That(Load("stablelm", "{}").Rotary.Dimensions, Is.EqualTo(20));
    }

    [Test]
    public void Yarn_takes_its_attention_factor_from_the_scale_or_the_mscales()
    {
        const string yarn = "\"rope_type\": \"yarn\", \"factor\": 4.0, \"original_max_position_embeddings\": 512";
        Assert.That(Load("olmo2", $$$"""{"rope_scaling": {{{{yarn}}}}}""").Rotary.AttentionFactor, Is.EqualTo(0.1 * Math.Log(4) + 1).Within(1e-15));
        Assert.That(Load("olmo2", $$$"""{"rope_scaling": {{{{yarn}}}, "mscale": 0.5, "mscale_all_dim": 2.0}}""").Rotary.AttentionFactor,
            Is.EqualTo((0.05 * Math.Log(4) + 1) / (0.2 * Math.Log(4) + 1)).Within(1e-15));
        Assert.That(Load("olmo2", $$$"""{"rope_scaling": {{{{yarn}}}, "attention_factor": 1.5}}""").Rotary.AttentionFactor, Is.EqualTo(1.5));
    }

    [TestCase("qwen2_5_vl", "{}", "'model_type' is 'qwen2_5_vl'; supported: llama")]
    [TestCase("llama", """{"rope_scaling": {"rope_type": "magic"}}""", "'rope_type' is 'magic'; supported: default, linear, dynamic, llama3, yarn, longrope")]
    [TestCase("qwen2", """{"rope_scaling": {"rope_type": "default", "mrope_section": [16, 24, 24]}}""", "'mrope_section' is [16,24,24]")]
    [TestCase("phi3", """{"rope_scaling": {"type": "su", "short_factor": [1.0], "long_factor": [1.0]}}""", "'short_factor' is '1 numbers'; supported: 48")]
    [TestCase("gemma3_text", """{"use_bidirectional_attention": true}""", "'use_bidirectional_attention' is true")]
    [TestCase("qwen3", """{"layer_types": ["linear_attention"], "num_hidden_layers": 1}""", "'layer_types' is 'linear_attention'")]
    public void What_is_not_computed_is_refused_by_name(string type, string json, string message) =>
        Assert.That(() => Load(type, json), Throws.TypeOf<SpaException>().With.Message.Contains(message));

    [Test]
    public void Keys_that_are_not_known_are_listed_and_those_without_effect_are_not()
    {
        JsonObject config = TinyModel.Config();
        foreach (string key in new[] { "transformers_version", "attention_dropout", "use_cache", "_name_or_path", "unsloth_fixed", "initializer_range", "pretraining_tp" }) config[key] = 1;
        (config["new_scale"], config["new_switch"], config["new_nothing"], config["hidden_size"]) = (2.0, true, null, 24);
        var reader = new ConfigReader(config, "config.json");
        ModelFamily.Find(reader).Load(reader);
        Assert.That(reader.Unknown(), Is.EqualTo(new[] { "new_scale", "new_switch" }));
    }

    private static DecoderConfig Load(string type, string json)
    {
        JsonObject config = JsonNode.Parse(json)!.AsObject();
        config["model_type"] = type;
        var reader = new ConfigReader(config, "config.json");
        return ModelFamily.Find(reader).Load(reader);
    }
}
