namespace Spa.Engine.Models.Families;

/// <summary>Gemma 2: norms before and after, soft caps, every second layer with a window, scaled embedding, weights stored as w - 1.</summary>
internal static class GemmaFamily
{
    public static ModelFamily Gemma2 { get; } = new("gemma2", "Gemma2ForCausalLM", Read, new ParameterNames
    {
        MlpNorm = "model.layers.{0}.pre_feedforward_layernorm",
    });

    private static DecoderConfig Read(ConfigReader config)
    {
        DecoderConfig options = CommonSettings.Read(config, activationKey: "hidden_activation", activation: "gelu_pytorch_tanh");
        int window = config.IntOrZero("sliding_window", 0);
        string[]? kinds = config.TextList("layer_types");
        if (kinds is not null && kinds.Length != options.Layers)
            throw new SpaException($"{config.File}: layer_types has {kinds.Length} entries for {options.Layers} layers");
        return options with
        {
            NormPlacement = NormPlacement.PreAndPost,
            NormUnitOffset = true,
            AttentionScale = (float)(1 / Math.Sqrt(config.Double("query_pre_attn_scalar", options.HeadDim))),
            AttentionSoftCap = (float)config.Double("attn_logit_softcapping", 0),
            LogitSoftCap = (float)config.Double("final_logit_softcapping", 0),
            EmbeddingScale = (float)Math.Sqrt(options.HiddenSize),
            Windows = [.. Enumerable.Range(0, options.Layers).Select(layer => (kinds is null ? layer % 2 == 0 : kinds[layer] == "sliding_attention") ? window : 0)],
            TieWordEmbeddings = config.Bool("tie_word_embeddings", true),
        };
    }
}
