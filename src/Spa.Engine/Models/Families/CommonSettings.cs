using Spa.Engine.Compute;

namespace Spa.Engine.Models.Families;

/// <summary>What most families spell alike.</summary>
internal static class CommonSettings
{
    /// <summary>Sizes, rotary embedding and MLP of a Llama-shaped config.</summary>
    public static DecoderConfig Read(ConfigReader config, string epsilonKey = "rms_norm_eps", string activationKey = "hidden_act", RotarySettings? rotary = null)
    {
        int heads = config.Int("num_attention_heads"), headDim = HeadDim(config);
        rotary ??= RotaryReader.Read(config, headDim);
        return new DecoderConfig
        {
            VocabSize = config.Int("vocab_size"),
            HiddenSize = config.Int("hidden_size"),
            IntermediateSize = config.Int("intermediate_size"),
            Layers = config.Int("num_hidden_layers"),
            Heads = heads,
            KvHeads = config.Int("num_key_value_heads", heads),
            HeadDim = headDim,
            MaxPositions = RotaryReader.MaxPositions(config, rotary),
            Rotary = rotary,
            NormEpsilon = (float)config.Double(epsilonKey),
            AttentionScale = (float)(1 / Math.Sqrt(headDim)),
            Activation = Activation(config, activationKey),
            TieWordEmbeddings = config.Bool("tie_word_embeddings", false),
        };
    }

    /// <summary>D: <c>head_dim</c>, or the width's share of a head.</summary>
    public static int HeadDim(ConfigReader config)
    {
        int hidden = config.Int("hidden_size"), heads = config.Int("num_attention_heads");
        if (!config.Has("head_dim") && hidden % heads != 0)
            throw new SpaException($"{config.File}: hidden_size {hidden} is not a multiple of num_attention_heads {heads}, and head_dim is not given");
        return config.Int("head_dim", hidden / heads);
    }

    /// <summary>Every layer the same window, from <c>sliding_window</c>.</summary>
    public static IReadOnlyList<int> Windows(ConfigReader config, int layers)
    {
        int window = config.IntOrZero("sliding_window", 0);
        return window == 0 ? [] : [.. Enumerable.Repeat(window, layers)];
    }

    /// <summary>Which layers have the window: by <c>layer_types</c> or, where that is absent, by the family's rule.</summary>
    public static bool[] WindowedLayers(ConfigReader config, int layers, Func<int, bool> rule)
    {
        string[]? kinds = config.TextList("layer_types");
        if (kinds is null) return [.. Enumerable.Range(0, layers).Select(rule)];
        if (kinds.Length != layers) throw new SpaException($"{config.File}: layer_types has {kinds.Length} entries for {layers} layers");
        return [.. kinds.Select(kind => kind switch
        {
            "sliding_attention" => true,
            "full_attention" => false,
            _ => throw config.Unsupported("layer_types", kind, "full_attention, sliding_attention"),
        })];
    }

    private static ActivationKind Activation(ConfigReader config, string key) => config.Text(key) switch
    {
        "silu" or "swish" => ActivationKind.Silu,
        "gelu_new" or "gelu_pytorch_tanh" or "gelu_fast" => ActivationKind.GeluTanh,
        "gelu" => ActivationKind.GeluErf,
        "relu" => ActivationKind.Relu,
        var other => throw config.Unsupported(key, other, "silu, gelu, gelu_new, gelu_pytorch_tanh, relu"),
    };
}
