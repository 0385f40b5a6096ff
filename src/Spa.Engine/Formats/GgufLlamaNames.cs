namespace Spa.Engine.Formats;

/// <summary>Tensor names of llama's GGUF files and of Hugging Face's LlamaForCausalLM.</summary>
internal static class GgufLlamaNames
{
    private const string BlockPrefix = "blk.";

    /// <summary>The Hugging Face name of a GGUF tensor, or null if there is no counterpart.</summary>
    public static string? ToHuggingFace(string name)
    {
        int end = name.LastIndexOf('.');
        if (end < 0) return null;
        (string module, string kind) = (name[..end], name[(end + 1)..]);
        if (kind is not ("weight" or "bias")) return null;
        string? top = module switch
        {
            "token_embd" => "model.embed_tokens",
            "output_norm" => "model.norm",
            "output" => "lm_head",
            _ => null,
        };
        if (top is not null) return $"{top}.{kind}";
        if (!module.StartsWith(BlockPrefix, StringComparison.Ordinal)) return null;
        string[] parts = module[BlockPrefix.Length..].Split('.');
        if (parts.Length != 2 || !IsNumber(parts[0]) || InBlock(parts[1]) is not { } inner) return null;
        return $"model.layers.{parts[0]}.{inner}.{kind}";
    }

    private static string? InBlock(string module) => module switch
    {
        "attn_norm" => "input_layernorm",
        "attn_q" => "self_attn.q_proj",
        "attn_k" => "self_attn.k_proj",
        "attn_v" => "self_attn.v_proj",
        "attn_output" => "self_attn.o_proj",
        "ffn_norm" => "post_attention_layernorm",
        "ffn_gate" => "mlp.gate_proj",
        "ffn_up" => "mlp.up_proj",
        "ffn_down" => "mlp.down_proj",
        _ => null,
    };

    // A canonical number, so that no two names of a file can become one.
    private static bool IsNumber(string text) => int.TryParse(text, out int value) && value >= 0 && value.ToString() == text;
}
