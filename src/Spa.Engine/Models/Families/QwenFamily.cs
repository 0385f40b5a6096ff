namespace Spa.Engine.Models.Families;

/// <summary>Qwen2 and 2.5 (biases on q, k, v) and Qwen3 (norms on queries and keys instead).</summary>
internal static class QwenFamily
{
    public static ModelFamily Qwen2 { get; } =
        new("qwen2", "Qwen2ForCausalLM", config => Read(config) with { QkvBias = true }, new ParameterNames(), ClassDefaults.Qwen2);

    public static ModelFamily Qwen3 { get; } = new("qwen3", "Qwen3ForCausalLM", ReadQwen3, new ParameterNames(), ClassDefaults.Qwen3);

    private static DecoderConfig ReadQwen3(ConfigReader config)
    {
        bool bias = config.Bool("attention_bias", false);
        return Read(config) with { QkNorm = QkNormKind.Head, QkvBias = bias, OutputBias = bias };
    }

    // The window applies only where use_sliding_window says so, and then to the layers from max_window_layers on.
    private static DecoderConfig Read(ConfigReader config)
    {
        DecoderConfig options = CommonSettings.Read(config);
        int window = config.IntOrZero("sliding_window", 0), full = config.IntOrZero("max_window_layers", options.Layers);
        bool[] windowed = CommonSettings.WindowedLayers(config, options.Layers, layer => layer >= full);
        if (!config.Bool("use_sliding_window", false) || window == 0) return options;
        return options with { Windows = [.. windowed.Select(has => has ? window : 0)] };
    }
}
