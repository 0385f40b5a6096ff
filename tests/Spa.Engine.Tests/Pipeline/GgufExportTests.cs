using System.Text.Json.Nodes;
using Spa.Engine.Compute;
using Spa.Engine.Compute.Cpu;
using Spa.Engine.Formats;
using Spa.Engine.Models;
using Spa.Engine.Models.Families;
using Spa.Engine.Models.Gguf;
using Spa.Engine.Pipeline;
using Spa.Engine.Tests.Formats;
using Spa.Engine.Tests.Support;

namespace Spa.Engine.Tests.Pipeline;

/// <summary>GGUF files that we write, read by a reader of the specification alone and by ours.</summary>
internal sealed class GgufExportTests
{
    private readonly TempFolder _folder = new();
    private readonly CpuBackend _backend = new(new CpuOptions { Threads = 1 });

    [TearDown]
    public void Remove()
    {
        _backend.Dispose();
        _folder.Dispose();
    }

    [Test]
    public void Float32_loads_again_bit_equal_with_its_scaled_rotary_embedding()
    {
        using ModelBundle source = ModelBundle.Open(Fixtures.Require("fixtures/models/llama"));
        using Model model = source.Load(_backend, DType.Float32);
        GgufExport.Require(source);
        GgufExport.Write(_folder["m.gguf"], source, model, StoredType.F32, "m");
        using ModelBundle copy = ModelBundle.Open(_folder["m.gguf"]);
        Assert.That(copy.Config.Rotary, Is.EqualTo(source.Config.Rotary));
        Assert.That(copy.Config, Is.EqualTo(source.Config with { Windows = copy.Config.Windows }));
        Assert.That((copy.RowTokenizer.BosId, copy.RowTokenizer.EndIds.Single()), Is.EqualTo((source.RowTokenizer.BosId, source.RowTokenizer.EndIds.Single())));
        using Model again = copy.Load(_backend, DType.Float32);
        foreach (Parameter p in model.Table.Parameters) Assert.That(Values(again, p), Is.EqualTo(Values(model, p)), p.Name);

        byte[] first = File.ReadAllBytes(_folder["m.gguf"]);
        GgufExport.Write(_folder["m.gguf"], source, model, StoredType.F32, "m");
        Assert.That(File.ReadAllBytes(_folder["m.gguf"]), Is.EqualTo(first));
    }

    [Test]
    public void A_reader_of_the_specification_finds_what_llama_cpp_expects()
    {
        using ModelBundle source = ModelBundle.Open(WriteBiased());
        using Model model = source.Load(_backend, DType.Float32);
        GgufExport.Write(_folder["m.gguf"], source, model, StoredType.F32, "my model");
        GgufSpecification file = GgufSpecification.Read(_folder["m.gguf"]);
        var expected = new Dictionary<string, object>
        {
            ["general.alignment"] = 32u,
            ["general.architecture"] = "llama",
            ["general.type"] = "model",
            ["general.name"] = "my model",
            ["general.file_type"] = 0u,
            ["general.quantization_version"] = 2u,
            ["llama.vocab_size"] = 40u,
            ["llama.context_length"] = 64u,
            ["llama.embedding_length"] = 32u,
            ["llama.block_count"] = 2u,
            ["llama.feed_forward_length"] = 48u,
            ["llama.attention.head_count"] = 4u,
            ["llama.attention.head_count_kv"] = 2u,
            ["llama.attention.key_length"] = 6u,
            ["llama.attention.value_length"] = 6u,
            ["llama.attention.layer_norm_rms_epsilon"] = 1e-5f,
            ["llama.rope.dimension_count"] = 6u,
            ["llama.rope.freq_base"] = 10000f,
            ["llama.rope.scaling.type"] = "linear",
            ["llama.rope.scaling.factor"] = 2f,
            ["tokenizer.ggml.model"] = "no_vocab",
            ["tokenizer.ggml.eos_token_id"] = 1u,
        };
        Assert.That(file.Values, Is.EquivalentTo(expected));

        // PyTorch's [out, in] is ggml's {in, out}; the bytes are the same but for the rows of queries and keys.
        Assert.That(file.Tensors["blk.1.ffn_down.weight"].Dimensions, Is.EqualTo(new ulong[] { 48, 32 }));
        Assert.That(file.Tensors["output_norm.weight"].Dimensions, Is.EqualTo(new ulong[] { 32 }));
        foreach (Parameter p in model.Table.Parameters)
        {
            float[] values = Values(model, p);
            if (p.Name.Contains("q_proj") || p.Name.Contains("k_proj")) values = Permuted(values, p.IsVector ? 1 : p.Columns, 6);
            Assert.That(file.Numbers(Name(p.Name)), Is.EqualTo(values.Select(x => (double)x)), p.Name);
        }
        Assert.That(file.Tensors, Has.Count.EqualTo(model.Table.Parameters.Count));
    }

    // Significands of 8 and 11 bits: half a unit is at most 2^-8, 2^-11 of the value. Q8_0: half a step is the block's largest over 254, and the scale is an F16.
    [TestCase(StoredType.BF16, 30u, 32u, 1.0 / 256, 0)]
    [TestCase(StoredType.F16, 1u, 1u, 1.0 / 2048, 0)]
    [TestCase(StoredType.Q8_0, 8u, 7u, 1.0 / 2048, 1.0 / 254)]
    public void Narrow_types_are_within_their_rounding_and_vectors_stay_float32(StoredType type, uint ggml, uint fileType, double relative, double ofLargest)
    {
        using ModelBundle source = ModelBundle.Open(WriteBiased());
        using Model model = source.Load(_backend, DType.Float32);
        GgufExport.Write(_folder["m.gguf"], source, model, type, "m");
        GgufSpecification file = GgufSpecification.Read(_folder["m.gguf"]);
        Assert.That(file.Values["general.file_type"], Is.EqualTo(fileType));
        foreach (Parameter p in model.Table.Parameters)
        {
            // 48 columns of the MLP are no whole blocks of 32.
            bool whole = type != StoredType.Q8_0 || p.Columns % 32 == 0;
            (_, uint stored, _) = file.Tensors[Name(p.Name)];
            Assert.That(stored, Is.EqualTo(p.IsVector ? 0 : whole ? ggml : 1), p.Name);
            float[] values = Values(model, p);
            if (p.Name.Contains("q_proj") || p.Name.Contains("k_proj")) values = Permuted(values, p.IsVector ? 1 : p.Columns, 6);
            double[] found = file.Numbers(Name(p.Name));
            for (int i = 0; i < values.Length; i++)
            {
                double largest = values.AsSpan(i / 32 * 32, Math.Min(32, values.Length - i / 32 * 32)).ToArray().Max(Math.Abs);
                double bound = p.IsVector ? 0 : Math.Abs(values[i]) * relative + largest * ofLargest + 1e-7;
                if (Math.Abs(found[i] - values[i]) > bound) Assert.Fail($"{p.Name}[{i}]: {found[i]} for {values[i]}");
            }
        }

        // And ours reads what the specification says.
        using ModelBundle copy = ModelBundle.Open(_folder["m.gguf"]);
        using Model again = copy.Load(_backend, DType.Float32);
        foreach (Parameter p in model.Table.Parameters.Where(x => !x.Name.Contains("q_proj") && !x.Name.Contains("k_proj")))
            Assert.That(Values(again, p), Is.EqualTo(file.Numbers(Name(p.Name)).Select(x => (float)x)), p.Name);
    }

    [Test]
    public void What_gguf_cannot_hold_is_refused_by_name()
    {
        Refused("gemma2", "attn_logit_softcapping", null, "a soft cap left out, which files of architecture 'gemma2' cannot say; use --format hf");
        Refused("qwen3", "attention_bias", true, "attention biases");
        Refused("qwen2", "rope_scaling", JsonNode.Parse("""{"rope_type": "dynamic", "factor": 2.0}"""), "rotary scaling 'Dynamic'");
        Refused("llama", "hidden_act", "gelu", "the activation 'GeluErf'");
        Refused("qwen2", "use_sliding_window", true, "sliding windows in these layers");
        using ModelBundle source = ModelBundle.Open(WriteBiased());
        using Model model = source.Load(_backend, DType.Float32);
        _backend.Upload<float>(model.Weight(model.Table.Parameters[0]).Flat(7, 1), [70000f]);
        Assert.That(() => GgufExport.Write(_folder["m.gguf"], source, model, StoredType.F16, "m"), Throws.TypeOf<SpaException>().With.Message.Contains("holds values like 70000"));
        Assert.That(File.Exists(_folder["m.gguf"]), Is.False);
    }

    [Test]
    public void What_llama_cpp_passes_over_is_told()
    {
        using ModelBundle mistral = ModelBundle.Open(Fixtures.Require("fixtures/models/mistral")), gemma = ModelBundle.Open(Fixtures.Require("fixtures/models/gemma2"));
        Assert.That(GgufExport.Require(mistral).Single(), Is.EqualTo("llama.cpp has no sliding window for 'llama': it gives other results for sequences beyond 16 tokens"));
        Assert.That(GgufExport.Require(gemma).Single(), Does.Contain("the scale of attention of 'gemma2'"));
        using ModelBundle qwen = ModelBundle.Open(Fixtures.Require("fixtures/models/qwen3"));
        Assert.That(GgufExport.Require(qwen), Is.Empty);
    }

    /// <summary>A fixture's options with one key changed.</summary>
    private static void Refused(string family, string key, JsonNode? value, string message)
    {
        JsonObject config = JsonNode.Parse(File.ReadAllText(Path.Combine(Fixtures.Require($"fixtures/models/{family}"), "config.json")))!.AsObject();
        config[key] = value;
        if (key == "use_sliding_window") (config["sliding_window"], config["max_window_layers"]) = (16, 1);
        var reader = new ConfigReader(config, "config.json");
        ModelFamily found = ModelFamily.Find(reader);
        Assert.That(() => GgufSettings.Require(found, found.Load(reader), "m"), Throws.TypeOf<SpaException>().With.Message.Contains(message));
    }

    private static string Name(string name) => name
        .Replace("model.embed_tokens", "token_embd").Replace("model.norm", "output_norm").Replace("lm_head", "output").Replace("model.layers", "blk")
        .Replace("input_layernorm", "attn_norm").Replace("post_attention_layernorm", "ffn_norm").Replace("self_attn.o_proj", "attn_output").Replace("self_attn.", "attn_")
        .Replace("mlp.", "ffn_").Replace("_proj.", ".");

    // llama.cpp's converter: reshape(heads, 2, size / 2, columns).swapaxes(1, 2), written out.
    private static float[] Permuted(float[] values, int columns, int size)
    {
        var moved = new List<float>();
        for (int head = 0; head < values.Length / columns / size; head++)
            for (int j = 0; j < size / 2; j++)
                for (int t = 0; t < 2; t++) moved.AddRange(values.AsSpan((head * size + t * (size / 2) + j) * columns, columns));
        return [.. moved];
    }

    private static float[] Values(Model model, Parameter p)
    {
        float[] values = new float[p.Count];
        model.Backend.Download<float>(values, model.Weight(p));
        return values;
    }

    /// <summary>Biases everywhere, heads that do not divide the width, linear scaling, a head of its own.</summary>
    private string WriteBiased()
    {
        var config = new JsonObject
        {
            ["architectures"] = new JsonArray("LlamaForCausalLM"),
            ["model_type"] = "llama",
            ["vocab_size"] = 40,
            ["hidden_size"] = 32,
            ["intermediate_size"] = 48,
            ["num_hidden_layers"] = 2,
            ["num_attention_heads"] = 4,
            ["num_key_value_heads"] = 2,
            ["head_dim"] = 6,
            ["attention_bias"] = true,
            ["mlp_bias"] = true,
            ["max_position_embeddings"] = 64,
            ["rms_norm_eps"] = 1e-5,
            ["rope_theta"] = 10000.0,
            ["rope_scaling"] = new JsonObject { ["rope_type"] = "linear", ["factor"] = 2.0 },
            ["tie_word_embeddings"] = false,
            ["eos_token_id"] = 1,
        };
        using Model model = Models.TinyModel.Create(_backend, seed: 5, config);
        HuggingFaceWriter.Write(_folder["source"], new HuggingFaceContent { Config = config, Tensors = [.. model.Table.Parameters.Select(p => ModelBundle.Content(model.Backend, model.Weight(p), p))] });
        return _folder["source"];
    }
}
