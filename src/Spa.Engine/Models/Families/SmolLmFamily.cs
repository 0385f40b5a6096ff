namespace Spa.Engine.Models.Families;

/// <summary>SmolLM3: Llama with layers that have no rotary embedding, which alone may have a window.</summary>
internal static class SmolLmFamily
{
    public static ModelFamily SmolLm3 { get; } = new("smollm3", "SmolLM3ForCausalLM", Read, new ParameterNames(), ClassDefaults.SmolLm3);

    private static DecoderConfig Read(ConfigReader config)
    {
        DecoderConfig options = CommonSettings.Read(config);
        bool[] rotary = RotaryLayers(config, options.Layers);
        int window = config.IntOrZero("sliding_window", 0);
        bool hasWindow = config.Bool("use_sliding_window", false) && window > 0, bias = config.Bool("attention_bias", false);
        bool[] windowed = CommonSettings.WindowedLayers(config, options.Layers, layer => hasWindow && !rotary[layer]);
        // The released config has it; the model does not use it.
        config.IntOrZero("max_window_layers", 0);
        return options with
        {
            LayerRotaries = [.. rotary.Select(has => has ? LayerRotary.Main : LayerRotary.None)],
            Windows = hasWindow ? [.. windowed.Select(has => has ? window : 0)] : [],
            QkvBias = bias,
            OutputBias = bias,
            MlpBias = config.Bool("mlp_bias", false),
        };
    }

    // 1: the layer has it. The list may be longer than the model.
    private static bool[] RotaryLayers(ConfigReader config, int layers)
    {
        int interval = config.Int("no_rope_layer_interval");
        if (!config.Has("no_rope_layers")) return [.. Enumerable.Range(0, layers).Select(layer => (layer + 1) % interval != 0)];
        double[] flags = config.Doubles("no_rope_layers");
        if (flags.Length < layers) throw new SpaException($"{config.File}: no_rope_layers has {flags.Length} entries for {layers} layers");
        return [.. flags.Take(layers).Select(flag => flag != 0)];
    }
}
