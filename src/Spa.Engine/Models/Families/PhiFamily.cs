namespace Spa.Engine.Models.Families;

/// <summary>Phi-1.5 and Phi-2 (parallel blocks, LayerNorm, biases everywhere) and Phi-3 (Llama-shaped with fused q, k, v and gate, up, and LongRoPE).</summary>
internal static class PhiFamily
{
    public static ModelFamily Phi { get; } = new("phi", "PhiForCausalLM", ReadPhi, new ParameterNames
    {
        FinalNorm = "model.final_layernorm",
        Output = "model.layers.{0}.self_attn.dense",
        MlpInput = ["model.layers.{0}.mlp.fc1"],
        MlpOutput = "model.layers.{0}.mlp.fc2",
    }, ClassDefaults.Phi);

    public static ModelFamily Phi3 { get; } = new("phi3", "Phi3ForCausalLM", ReadPhi3, new ParameterNames
    {
        Qkv = ["model.layers.{0}.self_attn.qkv_proj"],
        MlpInput = ["model.layers.{0}.mlp.gate_up_proj"],
    }, ClassDefaults.Phi3);

    private static DecoderConfig ReadPhi(ConfigReader config)
    {
        if (config.Bool("qk_layernorm", false)) throw config.Unsupported("qk_layernorm", "true", "false");
        return CommonSettings.Read(config, "layer_norm_eps", rotary: RotaryReader.Read(config, CommonSettings.HeadDim(config), partial: true)) with
        {
            Norm = NormKind.Layer,
            NormPlacement = NormPlacement.Parallel,
            GatedMlp = false,
            QkvBias = true,
            OutputBias = true,
            MlpBias = true,
            HeadBias = true,
        };
    }

    private static DecoderConfig ReadPhi3(ConfigReader config)
    {
        DecoderConfig options = CommonSettings.Read(config, rotary: RotaryReader.Read(config, CommonSettings.HeadDim(config), partial: true, RotaryKind));
        // LongRoPE's, which the models without it have too.
        config.Int("original_max_position_embeddings");
        return options with { Windows = CommonSettings.Windows(config, options.Layers) };
    }

    // Early configs call LongRoPE "su", and some "yarn".
    private static string RotaryKind(string kind) => kind is "su" or "yarn" ? "longrope" : kind;
}
