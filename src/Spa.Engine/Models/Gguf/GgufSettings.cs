using Spa.Engine.Formats;
using Spa.Engine.Models.Families;

namespace Spa.Engine.Models.Gguf;

/// <summary>A decoder's options as the metadata of a GGUF file, as llama.cpp's converter writes them.</summary>
internal static class GgufSettings
{
    // llama.cpp derives the scale of Gemma's largest models from their width, by the number of layers.
    private const int LargestGemma2Layers = 46, LargestGemma3Layers = 62;

    /// <summary>The architecture that this model is written as.</summary>
    /// <exception cref="SpaException">llama.cpp would compute it wrongly; the message names the option.</exception>
    public static GgufArchitecture Require(ModelFamily family, DecoderConfig config, string path)
    {
        GgufArchitecture? architecture = GgufArchitectures.OfModelType(family.ModelType);
        string? other = architecture is null ? $"type '{family.ModelType}'" : GgufLimits.Of(architecture.Name).Exceeded(config);
        return architecture is not null && other is null ? architecture : throw new SpaException($"'{path}' is a model with {other}, which "
            + (architecture is null ? $"GGUF has no counterpart of here; supported: {GgufArchitectures.Names}" : $"files of architecture '{architecture.Name}' cannot say") + "; use --format hf");
    }

    /// <summary>What the file says and llama.cpp passes over, a line each.</summary>
    public static IEnumerable<string> PassedOver(GgufArchitecture architecture, DecoderConfig config)
    {
        if (architecture.Name is "llama" or "phi3" && config.Windows.Any(window => window > 0))
            yield return $"llama.cpp has no sliding window for '{architecture.Name}': it gives other results for sequences beyond {config.Windows.Max():N0} tokens";
        if (Scale(architecture, config) is { } scale)
            yield return $"llama.cpp takes the scale of attention of '{architecture.Name}' from the head's size: this model's {scale:G4} is in the file, and is not used there";
    }

    /// <summary>Everything but the vocabulary.</summary>
    /// <param name="architecture">What <see cref="Require"/> gave.</param>
    /// <param name="config">Options.</param>
    /// <param name="name">Name of the model.</param>
    /// <param name="type">Type of the matrices.</param>
    public static IEnumerable<KeyValuePair<string, object>> Describe(GgufArchitecture architecture, DecoderConfig config, string name, StoredType type)
    {
        KeyValuePair<string, object> Of(string key, int value) => new($"{architecture.Name}.{key}", (uint)value);
        yield return new("general.architecture", architecture.Name);
        yield return new("general.type", "model");
        yield return new("general.name", name);
        // llama.cpp's enum llama_ftype.
        yield return new("general.file_type", type switch { StoredType.F32 => 0u, StoredType.F16 => 1u, StoredType.Q8_0 => 7u, _ => 32u });
        yield return new("general.quantization_version", 2u);
        yield return Of("vocab_size", config.VocabSize);
        yield return Of("context_length", config.MaxPositions);
        yield return Of("embedding_length", config.HiddenSize);
        yield return Of("block_count", config.Layers);
        yield return Of("feed_forward_length", config.IntermediateSize);
        yield return Of("attention.head_count", config.Heads);
        yield return Of("attention.head_count_kv", config.KvHeads);
        yield return Of("attention.key_length", config.HeadDim);
        yield return Of("attention.value_length", config.HeadDim);
        yield return new($"{architecture.Name}.{architecture.EpsilonKey}", config.NormEpsilon);
        foreach ((string key, object value) in Attention(architecture, config).Concat(Rotary(config))) yield return new($"{architecture.Name}.{key}", value);
        RotarySettings rotary = config.Rotary;
        if (rotary.Scaling == RotaryScaling.Llama3)
            yield return new(Llama3Factors.Key, new[] { (float)rotary.Factor, (float)rotary.LowFrequencyFactor, (float)rotary.HighFrequencyFactor, rotary.OriginalMaxPositions });
    }

    private static IEnumerable<(string Key, object Value)> Attention(GgufArchitecture architecture, DecoderConfig config)
    {
        if (config.Windows.Any(window => window > 0)) yield return ("attention.sliding_window", (uint)config.Windows.Max());
        if (config.LocalRotary is { } local)
        {
            yield return ("attention.sliding_window_pattern", (uint)GgufWindows.Period(config));
            yield return ("rope.freq_base_swa", (float)local.Theta);
        }
        if (config.AttentionSoftCap > 0) yield return ("attn_logit_softcapping", config.AttentionSoftCap);
        if (config.LogitSoftCap > 0) yield return ("final_logit_softcapping", config.LogitSoftCap);
        if (Scale(architecture, config) is { } scale) yield return ("attention.scale", scale);
        if (architecture.Name == "stablelm") yield return ("use_parallel_residual", config.NormPlacement == NormPlacement.Parallel);
    }

    private static IEnumerable<(string Key, object Value)> Rotary(DecoderConfig config)
    {
        RotarySettings rotary = config.Rotary;
        yield return ("rope.dimension_count", (uint)rotary.Dimensions);
        yield return ("rope.freq_base", (float)rotary.Theta);
        if (rotary.Scaling is RotaryScaling.Yarn or RotaryScaling.LongRope) yield return ("rope.scaling.original_context_length", (uint)rotary.OriginalMaxPositions);
        if (rotary.Scaling == RotaryScaling.LongRope) yield return ("rope.scaling.attn_factor", (float)rotary.AttentionFactor);
        if (rotary.Scaling is not (RotaryScaling.Linear or RotaryScaling.Yarn)) yield break;
        yield return ("rope.scaling.type", rotary.Scaling == RotaryScaling.Linear ? "linear" : "yarn");
        yield return ("rope.scaling.factor", (float)rotary.Factor);
        if (rotary.Scaling != RotaryScaling.Yarn) yield break;
        yield return ("rope.scaling.yarn_beta_fast", (float)rotary.BetaFast);
        yield return ("rope.scaling.yarn_beta_slow", (float)rotary.BetaSlow);
    }

    /// <summary>The factor on attention scores where llama.cpp derives another.</summary>
    private static float? Scale(GgufArchitecture architecture, DecoderConfig config)
    {
        bool largest = architecture.Name switch { "gemma2" => config.Layers == LargestGemma2Layers, "gemma3" => config.Layers == LargestGemma3Layers, _ => false };
        float derived = (float)(1 / Math.Sqrt(largest ? config.HiddenSize / config.Heads : config.HeadDim));
        return config.AttentionScale == derived ? null : config.AttentionScale;
    }
}
