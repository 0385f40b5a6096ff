namespace Spa.Engine.Models;

/// <summary>
/// How a family calls its tensors; {0} is the layer, {1} a head where each has a tensor of its own. Where there is a list, its parts lie one after the other in memory; a family that stores
/// them fused has one name.
/// </summary>
public sealed record ParameterNames
{
    public string Embedding { get; init; } = "model.embed_tokens";

    public string FinalNorm { get; init; } = "model.norm";

    public string Head { get; init; } = "lm_head";

    public string InputNorm { get; init; } = "model.layers.{0}.input_layernorm";

    public IReadOnlyList<string> Qkv { get; init; } =
        ["model.layers.{0}.self_attn.q_proj", "model.layers.{0}.self_attn.k_proj", "model.layers.{0}.self_attn.v_proj"];

    public string QueryNorm { get; init; } = "model.layers.{0}.self_attn.q_norm";

    public string KeyNorm { get; init; } = "model.layers.{0}.self_attn.k_norm";

    public string Output { get; init; } = "model.layers.{0}.self_attn.o_proj";

    /// <summary>Norm of attention's output (PreAndPost, Post).</summary>
    public string AttentionPostNorm { get; init; } = "model.layers.{0}.post_attention_layernorm";

    /// <summary>Norm of the MLP's input.</summary>
    public string MlpNorm { get; init; } = "model.layers.{0}.post_attention_layernorm";

    /// <summary>Norm of the MLP's output (PreAndPost, Post).</summary>
    public string MlpPostNorm { get; init; } = "model.layers.{0}.post_feedforward_layernorm";

    /// <summary>gate and up, or up alone.</summary>
    public IReadOnlyList<string> MlpInput { get; init; } = ["model.layers.{0}.mlp.gate_proj", "model.layers.{0}.mlp.up_proj"];

    public string MlpOutput { get; init; } = "model.layers.{0}.mlp.down_proj";
}
