namespace Spa.Engine.Models.Families;

/// <summary>Qwen2 and 2.5 (biases on q, k, v) and Qwen3 (norms on queries and keys instead).</summary>
internal static class QwenFamily
{
    public static ModelFamily Qwen2 { get; } = new("qwen2", "Qwen2ForCausalLM", config => Read(config) with { QkvBias = true }, new ParameterNames());

    public static ModelFamily Qwen3 { get; } = new("qwen3", "Qwen3ForCausalLM", ReadQwen3, new ParameterNames());

    private static DecoderConfig ReadQwen3(ConfigReader config)
    {
        bool bias = config.Bool("attention_bias", false);
        return Read(config) with { QkNorm = true, QkvBias = bias, OutputBias = bias };
    }

    // The window applies only where use_sliding_window says so, and then from layer max_window_layers on.
    private static DecoderConfig Read(ConfigReader config)
    {
        DecoderConfig options = CommonSettings.Read(config);
        int window = config.IntOrZero("sliding_window", 0), full = config.IntOrZero("max_window_layers", options.Layers);
        config.TextList("layer_types");
        if (!config.Bool("use_sliding_window", false) || window == 0) return options;
        return options with { Windows = [.. Enumerable.Range(0, options.Layers).Select(layer => layer < full ? 0 : window)] };
    }
}
