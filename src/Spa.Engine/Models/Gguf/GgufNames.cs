namespace Spa.Engine.Models.Gguf;

/// <summary>Names of a llama-shaped model's tensors in GGUF, from its Hugging Face names.</summary>
internal static class GgufNames
{
    private const string LayerPrefix = "model.layers.";

    /// <summary>The GGUF name, or null if there is no counterpart.</summary>
    public static string? Find(string name)
    {
        int end = name.LastIndexOf('.');
        if (end < 0) return null;
        (string module, string kind) = (name[..end], name[end..]);
        string? top = module switch
        {
            "model.embed_tokens" => "token_embd",
            "model.norm" => "output_norm",
            "lm_head" => "output",
            _ => null,
        };
        if (top is not null) return top + kind;
        if (!module.StartsWith(LayerPrefix, StringComparison.Ordinal) || module.IndexOf('.', LayerPrefix.Length) is not (> 0 and var dot)) return null;
        return InLayer(module[(dot + 1)..]) is { } inner ? $"blk.{module[LayerPrefix.Length..dot]}.{inner}{kind}" : null;
    }

    /// <summary>Whether llama.cpp keeps the rows of this tensor in its own order (<see cref="Formats.InterleavedContent"/>).</summary>
    public static bool IsRotated(string name) =>
        name.Contains(".self_attn.q_proj.", StringComparison.Ordinal) || name.Contains(".self_attn.k_proj.", StringComparison.Ordinal);

    private static string? InLayer(string module) => module switch
    {
        "input_layernorm" => "attn_norm",
        "self_attn.q_proj" => "attn_q",
        "self_attn.k_proj" => "attn_k",
        "self_attn.v_proj" => "attn_v",
        "self_attn.o_proj" => "attn_output",
        "post_attention_layernorm" => "ffn_norm",
        "mlp.gate_proj" => "ffn_gate",
        "mlp.up_proj" => "ffn_up",
        "mlp.down_proj" => "ffn_down",
        _ => null,
    };
}
