namespace Spa.Engine.Models.Families;

/// <summary>
/// Gemma 2: norms before and after, soft caps, every second layer with a window, scaled embedding, weights stored as w - 1. Gemma 3: no caps, norms of queries
/// and keys, five layers of six with a window and a rotary embedding of their own.
/// </summary>
internal static class GemmaFamily
{
    private static readonly HashSet<string> s_layerKinds = ["full_attention", "sliding_attention"];

    private static readonly ParameterNames s_names = new() { MlpNorm = "model.layers.{0}.pre_feedforward_layernorm" };

    public static ModelFamily Gemma2 { get; } = new("gemma2", "Gemma2ForCausalLM", ReadGemma2, s_names, ClassDefaults.Gemma2);

    /// <summary>The text model; a folder of text and vision (<c>model_type</c> gemma3) is refused by name.</summary>
    public static ModelFamily Gemma3 { get; } = new("gemma3_text", "Gemma3ForCausalLM", ReadGemma3, s_names, ClassDefaults.Gemma3);

    private static DecoderConfig ReadGemma2(ConfigReader config)
    {
        DecoderConfig options = CommonSettings.Read(config, activationKey: "hidden_activation");
        return Common(config, options, CommonSettings.WindowedLayers(config, options.Layers, layer => layer % 2 == 0));
    }

    private static DecoderConfig ReadGemma3(ConfigReader config)
    {
        int headDim = CommonSettings.HeadDim(config);
        ConfigReader? parameters = config.NonEmptyObject("rope_parameters"), full = parameters?.Object("full_attention"), sliding = parameters?.Object("sliding_attention");
        parameters?.RequireKnown(s_layerKinds);
        double theta = full?.Double("rope_theta", config.Double("rope_theta")) ?? config.Double("rope_theta");
        RotarySettings rotary = RotaryReader.Read(config, config.NonEmptyObject("rope_scaling") ?? full, headDim, theta);
        DecoderConfig options = CommonSettings.Read(config, activationKey: "hidden_activation", rotary: rotary);
        int pattern = config.Int("sliding_window_pattern", 6);
        bool[] windowed = CommonSettings.WindowedLayers(config, options.Layers, layer => (layer + 1) % pattern != 0);
        return Common(config, options, windowed) with
        {
            QkNorm = QkNormKind.Head,
            LocalRotary = RotaryReader.Read(config, sliding, headDim, config.Double("rope_local_base_freq")),
            LayerRotaries = [.. windowed.Select(has => has ? LayerRotary.Local : LayerRotary.Main)],
        };
    }

    private static DecoderConfig Common(ConfigReader config, DecoderConfig options, bool[] windowed)
    {
        int window = config.IntOrZero("sliding_window", 0);
        bool bias = config.Bool("attention_bias", false);
        return options with
        {
            NormPlacement = NormPlacement.PreAndPost,
            NormUnitOffset = true,
            AttentionScale = (float)(1 / Math.Sqrt(config.Double("query_pre_attn_scalar"))),
            AttentionSoftCap = (float)config.Double("attn_logit_softcapping", 0),
            LogitSoftCap = (float)config.Double("final_logit_softcapping", 0),
            EmbeddingScale = (float)Math.Sqrt(options.HiddenSize),
            Windows = [.. windowed.Select(has => has ? window : 0)],
            QkvBias = bias,
            OutputBias = bias,
        };
    }
}
