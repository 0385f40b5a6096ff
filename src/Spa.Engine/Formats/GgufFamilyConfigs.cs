using System.Text.Json.Nodes;

namespace Spa.Engine.Formats;

/// <summary>What each family has in config.json beyond what all have, from its GGUF metadata.</summary>
internal static class GgufFamilyConfigs
{
    // llama.cpp derives the scale of Gemma's largest models from their width, by the number of layers.
    private const int LargestGemma2Layers = 46, LargestGemma3Layers = 62;

    public static void Llama(GgufKeys keys, JsonObject config)
    {
        GgufRotary.RequireWhole(keys);
        GgufRotary.AddLlama3(keys, config);
        AddSilu(config);
        AddAttentionBias(keys, config);
        AddMlpBias(keys, config);
        if (keys.SizeOrZero("attention.sliding_window") is not (> 0 and var window)) return;
        (config["model_type"], config["architectures"], config["sliding_window"]) = ("mistral", new JsonArray("MistralForCausalLM"), window);
    }

    public static void Qwen2(GgufKeys keys, JsonObject config)
    {
        GgufRotary.RequireWhole(keys);
        AddSilu(config);
        config["use_sliding_window"] = false;
    }

    public static void Qwen3(GgufKeys keys, JsonObject config)
    {
        Qwen2(keys, config);
        AddAttentionBias(keys, config);
        config["head_dim"] = GgufConfig.HeadSize(keys);
    }

    public static void Gemma2(GgufKeys keys, JsonObject config)
    {
        AddGemma(keys, config, LargestGemma2Layers);
        config["sliding_window"] = keys.Size("attention.sliding_window", 4096);
        config["attn_logit_softcapping"] = keys.Number("attn_logit_softcapping") ?? 50;
        config["final_logit_softcapping"] = keys.Number("final_logit_softcapping") ?? 30;
    }

    public static void Gemma3(GgufKeys keys, JsonObject config)
    {
        AddGemma(keys, config, LargestGemma3Layers);
        config["sliding_window"] = keys.Size("attention.sliding_window");
        config["rope_local_base_freq"] = keys.Number("rope.freq_base_swa") ?? 10000;
        if (keys.Number("final_logit_softcapping") is { } cap and not 0) config["final_logit_softcapping"] = cap;
        if (keys.Value("attention.sliding_window_pattern") is bool[] windowed)
            config["layer_types"] = new JsonArray([.. windowed.Select(has => (JsonNode)(has ? "sliding_attention" : "full_attention"))]);
        else config["sliding_window_pattern"] = keys.Size("attention.sliding_window_pattern", 6);
    }

    public static void Phi2(GgufKeys keys, JsonObject config)
    {
        GgufRotary.AddShare(keys, config);
        config["hidden_act"] = "gelu_new";
    }

    public static void Phi3(GgufKeys keys, JsonObject config)
    {
        GgufRotary.AddShare(keys, config);
        GgufRotary.AddLongRope(keys, config);
        AddSilu(config);
        if (keys.SizeOrZero("attention.sliding_window") is > 0 and var window) config["sliding_window"] = window;
    }

    public static void StableLm(GgufKeys keys, JsonObject config)
    {
        GgufRotary.AddShare(keys, config);
        AddSilu(config);
        config["use_qkv_bias"] = keys.HasTensor("blk.0.attn_q.bias");
        config["qk_layernorm"] = keys.HasTensor("blk.0.attn_q_norm.weight");
        // As in llama.cpp the norm tells it, whatever the key says.
        config["use_parallel_residual"] = !keys.HasTensor("blk.0.ffn_norm.weight");
    }

    public static void Olmo2(GgufKeys keys, JsonObject config)
    {
        GgufRotary.RequireWhole(keys);
        AddSilu(config);
        AddAttentionBias(keys, config);
    }

    public static void SmolLm3(GgufKeys keys, JsonObject config)
    {
        GgufRotary.RequireWhole(keys);
        AddSilu(config);
        AddAttentionBias(keys, config);
        AddMlpBias(keys, config);
        config["no_rope_layer_interval"] = 4;
    }

    private static void AddGemma(GgufKeys keys, JsonObject config, int largest)
    {
        GgufRotary.RequireWhole(keys);
        int head = GgufConfig.HeadSize(keys);
        config["head_dim"] = head;
        config["hidden_activation"] = "gelu_pytorch_tanh";
        config["attention_bias"] = false;
        long scalar = keys.Size("block_count") == largest ? keys.Size("embedding_length") / keys.Size("attention.head_count") : head;
        config["query_pre_attn_scalar"] = keys.Number("attention.scale") is { } scale and > 0 ? Scalar(scale) : scalar;
    }

    // The number whose root's reciprocal was stored as float32: nearly always a whole one.
    private static double Scalar(double scale)
    {
        double scalar = 1 / (scale * scale), whole = Math.Round(scalar);
        return (float)(1 / Math.Sqrt(whole)) == (float)scale ? whole : scalar;
    }

    private static void AddSilu(JsonObject config) => config["hidden_act"] = "silu";

    private static void AddAttentionBias(GgufKeys keys, JsonObject config) => config["attention_bias"] = keys.HasTensor("blk.0.attn_q.bias");

    private static void AddMlpBias(GgufKeys keys, JsonObject config) => config["mlp_bias"] = keys.HasTensor("blk.0.ffn_up.bias");
}
