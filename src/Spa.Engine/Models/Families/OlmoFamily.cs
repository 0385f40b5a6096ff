namespace Spa.Engine.Models.Families;

/// <summary>OLMo-2: a block normalises what attention and MLP give, not what they get, and queries and keys over all heads together.</summary>
internal static class OlmoFamily
{
    public static ModelFamily Olmo2 { get; } = new("olmo2", "Olmo2ForCausalLM", Read, new ParameterNames(), ClassDefaults.Olmo2);

    private static DecoderConfig Read(ConfigReader config)
    {
        bool bias = config.Bool("attention_bias", false);
        return CommonSettings.Read(config) with { NormPlacement = NormPlacement.Post, QkNorm = QkNormKind.Width, QkvBias = bias, OutputBias = bias };
    }
}
