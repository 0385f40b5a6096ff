using System.Text.Json.Nodes;
using Spa.Engine.Formats;
using Spa.Engine.Tests.Support;

namespace Spa.Engine.Tests.Formats;

public class GgufModelTests
{
    private const int Hidden = 8;
    private const int Heads = 2;
    private const int HeadSize = 6;

    private static readonly (string Name, long[] Shape)[] s_layer =
    [
        ("input_layernorm", [576]), ("post_attention_layernorm", [576]), ("self_attn.q_proj", [576, 576]), ("self_attn.k_proj", [192, 576]), ("self_attn.v_proj", [192, 576]),
        ("self_attn.o_proj", [576, 576]), ("mlp.gate_proj", [1536, 576]), ("mlp.up_proj", [1536, 576]), ("mlp.down_proj", [576, 1536]),
    ];

    private readonly TempFolder _folder = new();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    public void Names_config_and_row_order_are_those_of_the_checkpoint()
    {
        using GgufModel model = Open(Llama().Tensor("blk.0.attn_q.bias", [Heads * HeadSize], Interleave(Count(Heads * HeadSize), 1)));
        float[] weight = Count(Heads * HeadSize * Hidden);
        Assert.That(model.Tensors.Keys, Is.EqualTo(new[] { "model.embed_tokens.weight", "model.layers.0.self_attn.q_proj.weight", "model.layers.0.self_attn.v_proj.weight", "model.layers.0.self_attn.q_proj.bias" }));
        Assert.That(SafetensorsFileTests.Floats(model, "model.layers.0.self_attn.q_proj.weight"), Is.EqualTo(weight));
        Assert.That(SafetensorsFileTests.Floats(model, "model.layers.0.self_attn.v_proj.weight"), Is.EqualTo(weight));
        Assert.That(SafetensorsFileTests.Floats(model, "model.layers.0.self_attn.q_proj.bias"), Is.EqualTo(Count(Heads * HeadSize)));
        float[] rows = new float[3 * Hidden];
        model.ReadRows("model.layers.0.self_attn.q_proj.weight", 4, 3, rows);
        Assert.That(rows, Is.EqualTo(weight[(4 * Hidden)..(7 * Hidden)]));
        Assert.That(model.TryGetRawRows("model.layers.0.self_attn.q_proj.weight", 0, 1, out _), Is.False);
        Assert.That(model.TryGetRawRows("model.layers.0.self_attn.v_proj.weight", 0, 1, out _));
        JsonObject config = model.Config;
        Assert.That((int)config["head_dim"]!, Is.EqualTo(HeadSize));
        Assert.That((bool)config["tie_word_embeddings"]!);
        Assert.That((bool)config["attention_bias"]!);
        Assert.That((double)config["rms_norm_eps"]!, Is.EqualTo(1e-6));
        Assert.That((double)config["rope_theta"]!, Is.EqualTo(10000));
        Assert.That((string)config["rope_scaling"]!["rope_type"]!, Is.EqualTo("linear"));
    }

    [Test]
    public void Anything_that_would_be_computed_wrongly_is_refused()
    {
        Refused(new GgufBytes().With("general.architecture", "mamba"), "architecture 'mamba'; supported in GGUF: llama, qwen2, ");
        Refused(new GgufBytes(), "'general.architecture' is missing");
        Refused(new GgufBytes().With("general.architecture", "llama"), "'llama.embedding_length' is missing");
        Refused(Llama().Tensor("blk.0.ffn_gate_inp.weight", [1], 1), "'blk.0.ffn_gate_inp.weight' is not part of a llama model");
        Refused(Llama().Tensor("blk.00.attn_v.weight", [1], 1), "'blk.00.attn_v.weight' is not part");
        Refused(Llama().Tensor("rope_freqs.weight", [1], 1), "rotary frequencies");
        Refused(Llama().Tensor("blk.0.attn_k.weight", [1, 7], new float[7]), "whole heads of 6");
        Refused(Llama(vocabulary: 4), "'vocab_size' is 4, 'token_embd.weight' has 3 rows");
        Refused(Llama(headSize: 5), "an even number");
        Refused(Llama(hidden: 0), "'llama.embedding_length' is 0");
    }

    // JSON, which the configuration goes through, has no such numbers.
    [TestCase(float.NaN, "NaN")]
    [TestCase(float.PositiveInfinity, "Infinity")]
    public void A_number_that_is_none_is_named(float number, string shown)
    {
        Refused(Llama(extra: x => x.With("llama.rope.freq_base", number)), $"gives 'rope_theta' as {shown}; expected a finite number");
        Refused(Phi3(number), $"gives 'rope_scaling.short_factor' as {shown}");
    }

    [Test]
    public void A_window_makes_it_a_mistral_and_a_key_that_changes_the_computation_is_refused()
    {
        using (GgufModel model = Open(Llama(extra: x => x.With("llama.attention.sliding_window", 4096u))))
            Assert.That(((string)model.Config["model_type"]!, (int)model.Config["sliding_window"]!), Is.EqualTo(("mistral", 4096)));
        Refused(Llama(extra: x => x.With("llama.expert_count", 8u)), "metadata 'llama.expert_count' is '8', which models of architecture 'llama' do not have here");
        Refused(Llama(extra: x => x.With("llama.logit_scale", 0.5f)), "'llama.logit_scale' is '0.5'");
        Open(Llama(extra: x => x.With("llama.expert_count", 0u))).Dispose();
    }

    [Test]
    public void SmolLM2_is_seen_as_its_checkpoint()
    {
        using GgufModel model = GgufModel.Open(SmolLM2());
        Assert.That(model.Tensors, Has.Count.EqualTo(272));
        Assert.That(model.Find("model.embed_tokens.weight").Shape, Is.EqualTo(new long[] { 49152, 576 }));
        Assert.That(model.Find("model.norm.weight").Shape, Is.EqualTo(new long[] { 576 }));
        for (int layer = 0; layer < 30; layer++)
        {
            foreach ((string name, long[] shape) in s_layer) Assert.That(model.Find($"model.layers.{layer}.{name}.weight").Shape, Is.EqualTo(shape));
        }
        JsonNode expected = JsonNode.Parse("""
            {"architectures":["LlamaForCausalLM"],"attention_bias":false,"bos_token_id":1,"eos_token_id":2,"pad_token_id":2,"hidden_act":"silu","hidden_size":576,
            "intermediate_size":1536,"max_position_embeddings":8192,"mlp_bias":false,"model_type":"llama","num_attention_heads":9,"num_hidden_layers":30,
            "num_key_value_heads":3,"rms_norm_eps":1e-05,"rope_scaling":null,"rope_theta":100000,"tie_word_embeddings":true,"torch_dtype":"float32","vocab_size":49152}
            """)!;
        Assert.That(JsonNode.DeepEquals(model.Config, expected), model.Config.ToJsonString());
    }

    [Test]
    public void Queries_keys_and_other_weights_of_SmolLM2_equal_the_formula_in_the_order_of_the_checkpoint()
    {
        using GgufModel model = GgufModel.Open(SmolLM2());
        foreach (string name in new[] { "model.layers.0.self_attn.q_proj.weight", "model.layers.29.self_attn.k_proj.weight", "model.layers.7.mlp.down_proj.weight" })
        {
            StoredTensor tensor = model.Find(name);
            byte[] bytes = new byte[tensor.Bytes];
            using (FileStream stream = File.OpenRead(tensor.File))
            {
                stream.Position = tensor.Offset;
                stream.ReadExactly(bytes);
            }
            float[] stored = [.. bytes.Chunk(tensor.Type.Block().Bytes).SelectMany(block => ElementDecoderTests.Naive(tensor.Type, block))];
            float[] found = SafetensorsFileTests.Floats(model, name);
            Assert.That((name.Contains("self_attn") ? Interleave(found, (int)tensor.Columns, 64) : found).AsSpan().SequenceEqual(stored), name);
            Assert.That(FiniteCheck.FirstNonFinite(found), Is.EqualTo(-1));
        }
    }

    private static string SmolLM2() => Fixtures.Require("models/smollm2-135m-instruct/SmolLM2-135M-Instruct.Q4_1.gguf");

    private static float[] Count(int count) => [.. Enumerable.Range(0, count).Select(x => (float)x)];

    // llama.cpp's converter: w.reshape(heads, 2, size / 2, columns).swapaxes(1, 2), written out.
    private static float[] Interleave(float[] weight, int columns, int size = HeadSize)
    {
        float[] stored = new float[weight.Length];
        int heads = weight.Length / columns / size, to = 0;
        for (int h = 0; h < heads; h++)
        {
            for (int j = 0; j < size / 2; j++)
            {
                for (int t = 0; t < 2; t++)
                {
                    for (int c = 0; c < columns; c++) stored[to++] = weight[(h * size + t * (size / 2) + j) * columns + c];
                }
            }
        }
        return stored;
    }

    private static GgufBytes Llama(uint vocabulary = 3, uint headSize = HeadSize, uint hidden = Hidden, Action<GgufBytes>? extra = null)
    {
        GgufBytes bytes = new GgufBytes()
            .With("general.architecture", "llama").With("llama.embedding_length", hidden).With("llama.attention.head_count", (uint)Heads)
            .With("llama.attention.key_length", headSize).With("llama.feed_forward_length", 4u).With("llama.context_length", 16u).With("llama.block_count", 1u)
            .With("llama.attention.layer_norm_rms_epsilon", 1e-6f).With("llama.vocab_size", vocabulary)
            .With("llama.rope.scaling.type", "linear").With("llama.rope.scaling.factor", 2f);
        extra?.Invoke(bytes);
        float[] weight = Count(Heads * HeadSize * Hidden);
        return bytes
            .Tensor("token_embd.weight", [Hidden, 3], new float[3 * Hidden])
            .Tensor("blk.0.attn_q.weight", [Hidden, Heads * HeadSize], Interleave(weight, Hidden))
            .Tensor("blk.0.attn_v.weight", [Hidden, Heads * HeadSize], weight);
    }

    private static GgufBytes Phi3(float factor) => new GgufBytes()
        .With("general.architecture", "phi3").With("phi3.embedding_length", (uint)Hidden).With("phi3.attention.head_count", (uint)Heads).With("phi3.attention.key_length", (uint)HeadSize)
        .With("phi3.feed_forward_length", 4u).With("phi3.context_length", 16u).With("phi3.block_count", 1u).With("phi3.attention.layer_norm_rms_epsilon", 1e-6f)
        .With("phi3.rope.scaling.original_context_length", 8u)
        .Tensor("token_embd.weight", [Hidden, 3], new float[3 * Hidden])
        .Tensor("rope_factors_short.weight", [HeadSize / 2], [.. Enumerable.Repeat(factor, HeadSize / 2)]).Tensor("rope_factors_long.weight", [HeadSize / 2], [.. Enumerable.Repeat(1f, HeadSize / 2)]);

    private GgufModel Open(GgufBytes bytes)
    {
        File.WriteAllBytes(_folder["x.gguf"], bytes.Build());
        return GgufModel.Open(_folder["x.gguf"]);
    }

    private void Refused(GgufBytes bytes, string message) =>
        Assert.That(() => Open(bytes), Throws.TypeOf<SpaException>().With.Message.Contains(message).And.Message.Not.Contains("\n"));
}
