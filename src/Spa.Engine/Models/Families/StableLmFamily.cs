namespace Spa.Engine.Models.Families;

/// <summary>StableLM 3B and 2: LayerNorm, a quarter of a head rotated; by config biases on q, k, v, parallel blocks and a LayerNorm for each query and key head.</summary>
internal static class StableLmFamily
{
    public static ModelFamily StableLm { get; } = new("stablelm", "StableLmForCausalLM", Read, new ParameterNames
    {
        QueryNorm = "model.layers.{0}.self_attn.q_layernorm.norms.{1}",
        KeyNorm = "model.layers.{0}.self_attn.k_layernorm.norms.{1}",
    }, ClassDefaults.StableLm);

    private static DecoderConfig Read(ConfigReader config) =>
        CommonSettings.Read(config, "layer_norm_eps", rotary: RotaryReader.Read(config, CommonSettings.HeadDim(config), partial: true)) with
        {
            Norm = NormKind.Layer,
            NormPlacement = config.Bool("use_parallel_residual", false) ? NormPlacement.Parallel : NormPlacement.Pre,
            QkNorm = config.Bool("qk_layernorm", false) ? QkNormKind.EachHead : QkNormKind.None,
            QkvBias = config.Bool("use_qkv_bias", false),
        };
}
