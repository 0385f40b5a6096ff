using Spa.Engine.Compute;

namespace Spa.Engine.Models.Families;

/// <summary>What most families spell alike.</summary>
internal static class CommonSettings
{
    /// <summary>Sizes, rotary embedding and MLP of a Llama-shaped config.</summary>
    public static DecoderConfig Read(ConfigReader config, string epsilonKey = "rms_norm_eps", double rotaryFraction = 1, string activationKey = "hidden_act",
        string activation = "silu")
    {
        int hidden = config.Int("hidden_size"), heads = config.Int("num_attention_heads");
        if (!config.Has("head_dim") && hidden % heads != 0)
            throw new SpaException($"{config.File}: hidden_size {hidden} is not a multiple of num_attention_heads {heads}, and head_dim is not given");
        int headDim = config.Int("head_dim", hidden / heads);
        return new DecoderConfig
        {
            VocabSize = config.Int("vocab_size"),
            HiddenSize = hidden,
            IntermediateSize = config.Int("intermediate_size"),
            Layers = config.Int("num_hidden_layers"),
            Heads = heads,
            KvHeads = config.Int("num_key_value_heads", heads),
            HeadDim = headDim,
            MaxPositions = config.Int("max_position_embeddings"),
            Rotary = Rotary(config, (int)(headDim * rotaryFraction)),
            NormEpsilon = (float)config.Double(epsilonKey),
            AttentionScale = (float)(1 / Math.Sqrt(headDim)),
            Activation = Activation(config, activationKey, activation),
            TieWordEmbeddings = config.Bool("tie_word_embeddings", false),
        };
    }

    /// <summary>Every layer the same window, from <c>sliding_window</c>.</summary>
    public static IReadOnlyList<int> Windows(ConfigReader config, int layers)
    {
        int window = config.IntOrZero("sliding_window", 0);
        return window == 0 ? [] : [.. Enumerable.Repeat(window, layers)];
    }

    private static ActivationKind Activation(ConfigReader config, string key, string fallback) => config.Text(key, fallback) switch
    {
        "silu" or "swish" => ActivationKind.Silu,
        "gelu_new" or "gelu_pytorch_tanh" or "gelu_fast" => ActivationKind.GeluTanh,
        "gelu" => ActivationKind.GeluErf,
        "relu" => ActivationKind.Relu,
        var other => throw config.Unsupported(key, other, "silu, gelu, gelu_new, gelu_pytorch_tanh, relu"),
    };

    // Both spellings: rope_theta with rope_scaling, and the newer rope_parameters that holds both.
    private static RotarySettings Rotary(ConfigReader config, int dimensions)
    {
        ConfigReader? scaling = config.Object("rope_parameters") ?? config.Object("rope_scaling");
        double theta = config.Has("rope_theta") ? config.Double("rope_theta") : scaling?.Double("rope_theta", 10000) ?? 10000;
        var settings = new RotarySettings { Theta = theta, Dimensions = dimensions };
        if (scaling is null) return settings;
        string kind = scaling.Has("rope_type") ? scaling.Text("rope_type") : scaling.Text("type", "default");
        return kind switch
        {
            "default" => settings,
            "linear" => settings with { Scaling = RotaryScaling.Linear, Factor = scaling.Double("factor") },
            "llama3" => settings with
            {
                Scaling = RotaryScaling.Llama3,
                Factor = scaling.Double("factor"),
                LowFrequencyFactor = scaling.Double("low_freq_factor"),
                HighFrequencyFactor = scaling.Double("high_freq_factor"),
                OriginalMaxPositions = scaling.Int("original_max_position_embeddings"),
            },
            _ => throw scaling.Unsupported("rope_type", kind, "default, linear, llama3"),
        };
    }
}
