namespace Spa.Engine.Formats;

/// <summary>The architectures of llama.cpp that a family here stands for.</summary>
internal static class GgufArchitectures
{
    private static readonly (string, string)[] s_ends = [("token_embd", "model.embed_tokens"), ("output_norm", "model.norm"), ("output", "lm_head")];

    private static readonly (string, string)[] s_norms = [("blk.{0}.attn_norm", "model.layers.{0}.input_layernorm"), ("blk.{0}.ffn_norm", "model.layers.{0}.post_attention_layernorm")];

    private static readonly (string, string)[] s_postNorms =
        [("blk.{0}.post_attention_norm", "model.layers.{0}.post_attention_layernorm"), ("blk.{0}.post_ffw_norm", "model.layers.{0}.post_feedforward_layernorm")];

    private static readonly (string, string)[] s_allNorms =
        [.. s_postNorms, ("blk.{0}.attn_norm", "model.layers.{0}.input_layernorm"), ("blk.{0}.ffn_norm", "model.layers.{0}.pre_feedforward_layernorm")];

    private static readonly (string, string)[] s_headNorms = [("blk.{0}.attn_q_norm", "model.layers.{0}.self_attn.q_norm"), ("blk.{0}.attn_k_norm", "model.layers.{0}.self_attn.k_norm")];

    private static readonly (string, string)[] s_projections =
    [
        ("blk.{0}.attn_q", "model.layers.{0}.self_attn.q_proj"), ("blk.{0}.attn_k", "model.layers.{0}.self_attn.k_proj"), ("blk.{0}.attn_v", "model.layers.{0}.self_attn.v_proj"),
    ];

    private static readonly (string, string) s_attentionOutput = ("blk.{0}.attn_output", "model.layers.{0}.self_attn.o_proj"), s_down = ("blk.{0}.ffn_down", "model.layers.{0}.mlp.down_proj");

    private static readonly (string, string)[] s_matrices =
        [.. s_projections, s_attentionOutput, ("blk.{0}.ffn_gate", "model.layers.{0}.mlp.gate_proj"), ("blk.{0}.ffn_up", "model.layers.{0}.mlp.up_proj"), s_down];

    // Mistral's files are called "llama" too; those with a window are told apart by it.
    private static readonly GgufArchitecture s_llama = new("llama", "llama", "LlamaForCausalLM", [.. s_ends, .. s_norms, .. s_matrices])
    {
        InterleavesHeads = true,
        RotaryTensors = [Llama3Factors.TensorName],
        Complete = GgufFamilyConfigs.Llama,
    };

    private static readonly GgufArchitecture[] s_all =
    [
        s_llama,
        new("qwen2", "qwen2", "Qwen2ForCausalLM", [.. s_ends, .. s_norms, .. s_matrices]) { Complete = GgufFamilyConfigs.Qwen2 },
        new("qwen3", "qwen3", "Qwen3ForCausalLM", [.. s_ends, .. s_norms, .. s_headNorms, .. s_matrices]) { Complete = GgufFamilyConfigs.Qwen3 },
        new("gemma2", "gemma2", "Gemma2ForCausalLM", [.. s_ends, .. s_allNorms, .. s_matrices]) { NormsFromOne = true, Complete = GgufFamilyConfigs.Gemma2 },
        new("gemma3", "gemma3_text", "Gemma3ForCausalLM", [.. s_ends, .. s_allNorms, .. s_headNorms, .. s_matrices]) { NormsFromOne = true, Complete = GgufFamilyConfigs.Gemma3 },
        new("phi2", "phi", "PhiForCausalLM",
        [
            ("token_embd", "model.embed_tokens"), ("output_norm", "model.final_layernorm"), ("output", "lm_head"), ("blk.{0}.attn_norm", "model.layers.{0}.input_layernorm"),
            .. s_projections, ("blk.{0}.attn_output", "model.layers.{0}.self_attn.dense"), ("blk.{0}.ffn_up", "model.layers.{0}.mlp.fc1"), ("blk.{0}.ffn_down", "model.layers.{0}.mlp.fc2"),
        ]) { LayerNorm = true, Complete = GgufFamilyConfigs.Phi2 },
        new("phi3", "phi3", "Phi3ForCausalLM",
        [
            .. s_ends, .. s_norms, ("blk.{0}.attn_qkv", "model.layers.{0}.self_attn.qkv_proj"), s_attentionOutput, ("blk.{0}.ffn_up", "model.layers.{0}.mlp.gate_up_proj"), s_down,
        ]) { RotaryTensors = [GgufRotary.ShortName, GgufRotary.LongName], Complete = GgufFamilyConfigs.Phi3 },
        new("stablelm", "stablelm", "StableLmForCausalLM",
        [
            .. s_ends, .. s_norms, .. s_matrices, ("blk.{0}.attn_q_norm", "model.layers.{0}.self_attn.q_layernorm.norms.{1}"),
            ("blk.{0}.attn_k_norm", "model.layers.{0}.self_attn.k_layernorm.norms.{1}"),
        ]) { LayerNorm = true, Complete = GgufFamilyConfigs.StableLm },
        new("olmo2", "olmo2", "Olmo2ForCausalLM", [.. s_ends, .. s_postNorms, .. s_headNorms, .. s_matrices]) { Complete = GgufFamilyConfigs.Olmo2 },
        new("smollm3", "smollm3", "SmolLM3ForCausalLM", [.. s_ends, .. s_norms, .. s_matrices]) { InterleavesHeads = true, Complete = GgufFamilyConfigs.SmolLm3 },
    ];

    /// <summary>All names, for messages.</summary>
    public static string Names => string.Join(", ", s_all.Select(a => a.Name));

    /// <summary>The architecture of a file, or null.</summary>
    public static GgufArchitecture? Find(string name) => Array.Find(s_all, a => a.Name == name);

    /// <summary>The architecture that models of a <c>model_type</c> are written as, or null.</summary>
    public static GgufArchitecture? OfModelType(string modelType) => modelType == "mistral" ? s_llama : Array.Find(s_all, a => a.ModelType == modelType);
}
