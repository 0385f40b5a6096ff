namespace Spa.Engine.Models.Families;

/// <summary>Llama 2 and 3, SmolLM2, TinyLlama; and Mistral, which adds a sliding window.</summary>
internal static class LlamaFamily
{
    public static ModelFamily Llama { get; } = new("llama", "LlamaForCausalLM", ReadLlama, new ParameterNames(), ClassDefaults.Llama);

    public static ModelFamily Mistral { get; } = new("mistral", "MistralForCausalLM", ReadMistral, new ParameterNames(), ClassDefaults.Mistral);

    private static DecoderConfig ReadLlama(ConfigReader config)
    {
        bool attentionBias = config.Bool("attention_bias", false);
        return CommonSettings.Read(config) with { QkvBias = attentionBias, OutputBias = attentionBias, MlpBias = config.Bool("mlp_bias", false) };
    }

    private static DecoderConfig ReadMistral(ConfigReader config)
    {
        DecoderConfig options = CommonSettings.Read(config);
        return options with { Windows = CommonSettings.Windows(config, options.Layers) };
    }
}
