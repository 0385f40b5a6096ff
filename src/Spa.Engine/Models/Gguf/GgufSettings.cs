using Spa.Engine.Formats;
using Spa.Engine.Models.Families;

namespace Spa.Engine.Models.Gguf;

/// <summary>A decoder's options as the metadata of a GGUF file of architecture "llama", as llama.cpp's converter writes them.</summary>
internal static class GgufSettings
{
    public const string Architecture = "llama";

    /// <summary>The families that a "llama" file can stand for.</summary>
    private static readonly string[] s_families = ["llama", "mistral"];

    /// <summary>Throws unless a "llama" file holds everything that this model computes with.</summary>
    /// <exception cref="SpaException">It would be computed wrongly; the message names the option.</exception>
    public static void Require(ModelFamily family, DecoderConfig config, string path)
    {
        string? other = !s_families.Contains(family.ModelType) ? $"type '{family.ModelType}'"
            : config.Windows.Any(window => window > 0) ? "a sliding window"
            : config.Rotary.Scaling is not (RotaryScaling.None or RotaryScaling.Linear or RotaryScaling.Llama3) ? $"rotary scaling '{config.Rotary.Scaling}'"
            : config.Rotary.Dimensions != config.HeadDim ? "partial rotary embedding"
            : config.Activation != Compute.ActivationKind.Silu ? $"the activation '{config.Activation}'"
            : config.HeadDim % 2 != 0 ? "heads of odd size"
            : null;
        if (other is not null)
            throw new SpaException($"'{path}' is a model with {other}, which GGUF is not written for here; supported: {string.Join(", ", s_families)} without window; use --format hf");
    }

    /// <summary>Everything but the vocabulary.</summary>
    /// <param name="config">A config that passes <see cref="Require"/>.</param>
    /// <param name="name">Name of the model.</param>
    /// <param name="type">Type of the matrices.</param>
    public static IEnumerable<KeyValuePair<string, object>> Describe(DecoderConfig config, string name, StoredType type)
    {
        yield return new("general.architecture", Architecture);
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
        yield return new($"{Architecture}.attention.layer_norm_rms_epsilon", config.NormEpsilon);
        yield return Of("rope.dimension_count", config.Rotary.Dimensions);
        yield return new($"{Architecture}.rope.freq_base", (float)config.Rotary.Theta);
        RotarySettings rotary = config.Rotary;
        if (rotary.Scaling == RotaryScaling.Llama3)
            yield return new(Llama3Factors.Key, new[] { (float)rotary.Factor, (float)rotary.LowFrequencyFactor, (float)rotary.HighFrequencyFactor, rotary.OriginalMaxPositions });
        if (rotary.Scaling != RotaryScaling.Linear) yield break;
        yield return new($"{Architecture}.rope.scaling.type", "linear");
        yield return new($"{Architecture}.rope.scaling.factor", (float)rotary.Factor);
    }

    private static KeyValuePair<string, object> Of(string key, int value) => new($"{Architecture}.{key}", (uint)value);
}
