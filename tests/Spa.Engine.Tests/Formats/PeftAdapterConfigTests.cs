using System.Text.Json.Nodes;
using Spa.Engine.Formats;

namespace Spa.Engine.Tests.Formats;

/// <summary>adapter_config.json as other programs write it: what is computed, and what is refused by name.</summary>
internal sealed class PeftAdapterConfigTests
{
    private readonly TempFolder _folder = new();

    [TearDown]
    public void Remove() => _folder.Dispose();

    [TestCase("modules_to_save", """["lm_head"]""", "supported: null or false")]
    [TestCase("bias", "\"all\"", "supported: none")]
    [TestCase("bias", "\"lora_only\"", "supported: none")]
    [TestCase("fan_in_fan_out", "true", "supported: null or false")]
    [TestCase("trainable_token_indices", "[1, 2]", "supported: null or false")]
    [TestCase("layer_replication", "[[0, 2]]", "supported: null or false")]
    [TestCase("megatron_config", """{"a": 1}""", "supported: null or false")]
    [TestCase("lora_bias", "true", "supported: null or false")]
    [TestCase("use_qalora", "true", "supported: null or false")]
    [TestCase("use_bdlora", """{"a": 1}""", "supported: null or false")]
    [TestCase("alora_invocation_tokens", "[5]", "supported: null or false")]
    [TestCase("arrow_config", """{"a": 1}""", "supported: null or false")]
    [TestCase("target_parameters", """["mlp.experts"]""", "supported: null or false")]
    [TestCase("velora_config", """{"a": 1}""", "supported: null or false")]
    [TestCase("monteclora_config", """{"a": 1}""", "supported: null or false")]
    [TestCase("kasa_config", """{"a": 1}""", "supported: null or false")]
    [TestCase("init_lora_weights", "\"pissa_niter_16\"", "changed the weights of the base too")]
    [TestCase("init_lora_weights", "\"olora\"", "changed the weights of the base too")]
    [TestCase("init_lora_weights", "\"corda\"", "changed the weights of the base too")]
    [TestCase("init_lora_weights", "\"loftq\"", "changed the weights of the base too")]
    [TestCase("from_next_year", "3", "unknown option 'from_next_year: 3', which may change what the adapter computes")]
    public void An_option_that_changes_the_computation_is_refused_by_name(string key, string value, string expected)
    {
        SpaException error = Assert.Throws<SpaException>(() => Read(json => json[key] = JsonNode.Parse(value)))!;
        Assert.That(error.Message, Does.Contain($"'{key}: ").And.Contain(expected).And.Contain("adapter_config.json").And.Not.Contain("\n"));
        Assert.That(() => Read(json => json[key] = null), Throws.Nothing, "a neutral value asks for nothing");
    }

    [TestCase("ADALORA")]
    [TestCase("IA3")]
    [TestCase("PROMPT_TUNING")]
    [TestCase(null)]
    public void Another_peft_type_is_refused_by_name(string? type) =>
        Assert.That(() => Read(json => json["peft_type"] = type), Throws.TypeOf<SpaException>().With.Message.EqualTo($"'{Path}': peft_type '{type ?? "missing"}' is not supported; supported: LORA"));

    [TestCase("r", "0", "'r' must be a number in [1, 65536], found 0")]
    [TestCase("r", "\"8\"", "'r' must be a number in [1, 65536]")]
    [TestCase("r", null, "has no 'r'")]
    [TestCase("lora_alpha", "-1", "'lora_alpha' must be a number in")]
    [TestCase("lora_dropout", "1.5", "'lora_dropout' must be a number in [0, 1]")]
    [TestCase("use_rslora", "1", "'use_rslora' must be true or false")]
    [TestCase("use_dora", "\"yes\"", "'use_dora' must be true or false")]
    [TestCase("rank_pattern", "[1]", "'rank_pattern' must be an object of names and numbers")]
    [TestCase("rank_pattern", """{"q_proj": 0.5}""", "rank_pattern of 'q_proj' must be a positive number, found 0.5")]
    [TestCase("alpha_pattern", """{"q_proj": "16"}""", "alpha_pattern of 'q_proj' must be a positive number")]
    public void A_malformed_option_is_one_line(string key, string? value, string expected) =>
        Assert.That(() => Read(json => json[key] = value is null ? null : JsonNode.Parse(value)), Throws.TypeOf<SpaException>().With.Message.Contains(expected).And.Message.Not.Contain("\n"));

    [Test]
    public void A_pattern_that_could_run_for_ever_is_refused()
    {
        PeftAdapterConfig config = Read(json => json["rank_pattern"] = new JsonObject { [@"(a)\1"] = 4 });
        Assert.That(() => config.RankOf("model.layers.0.mlp.up_proj"), Throws.TypeOf<SpaException>().With.Message.Contains("no regular expression that can be read safely"));
    }

    // peft/tuners/lora/model.py: the pattern at the end of the name decides, s = alpha / r or alpha / sqrt(r) of the module.
    [TestCase(false)]
    [TestCase(true)]
    public void Ranks_and_alphas_of_patterns_and_rslora_make_the_scale_of_a_module(bool rslora)
    {
        PeftAdapterConfig config = Read(json =>
        {
            json["use_rslora"] = rslora;
            json["rank_pattern"] = new JsonObject { ["q_proj"] = 4, [@"layers\.1\..*"] = 9 };
            json["alpha_pattern"] = new JsonObject { ["self_attn.q_proj"] = 6 };
        });
        (string Module, int Rank, double Alpha)[] expected =
        [
            ("model.layers.0.self_attn.q_proj", 4, 6), ("model.layers.1.self_attn.q_proj", 4, 6), ("model.layers.1.self_attn.v_proj", 9, 32), ("model.layers.0.mlp.up_proj", 16, 32),
            ("model.layers.0.self_attn.myq_proj", 16, 32),
        ];
        foreach ((string module, int rank, double alpha) in expected)
        {
            Assert.That((config.RankOf(module), config.AlphaOf(module)), Is.EqualTo((rank, alpha)), module);
            Assert.That(config.ScaleOf(module), Is.EqualTo(alpha / (rslora ? Math.Sqrt(rank) : rank)).Within(1e-15), module);
        }
    }

    private string Path => System.IO.Path.Combine(_folder.Path, "adapter_config.json");

    private PeftAdapterConfig Read(Action<JsonObject> change)
    {
        JsonObject json = PeftAdapterConfig.Create(16, 32, 0, false, false, ["q_proj"]).ToJson("base");
        change(json);
        File.WriteAllText(Path, json.ToJsonString());
        return PeftAdapterConfig.Read(Path);
    }
}
