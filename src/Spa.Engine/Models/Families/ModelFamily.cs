using System.Text.Json.Nodes;

namespace Spa.Engine.Models.Families;

/// <summary>A mapping from a config.json and its tensor names to the options of the one decoder.</summary>
/// <param name="ModelType">The config's <c>model_type</c>.</param>
/// <param name="Architecture">Class name written to <c>architectures</c>.</param>
/// <param name="Read">Options from a config.json.</param>
/// <param name="Names">Tensor names for these options.</param>
/// <param name="Defaults">What a key that a config.json does not have means (<see cref="ClassDefaults"/>).</param>
public sealed record ModelFamily(string ModelType, string Architecture, Func<ConfigReader, DecoderConfig> Read, ParameterNames Names, JsonObject Defaults)
{
    private const string LanguageModel = "ForCausalLM", Classifier = "ForSequenceClassification";

    private static readonly ModelFamily[] s_all =
    [
        LlamaFamily.Llama, LlamaFamily.Mistral, QwenFamily.Qwen2, QwenFamily.Qwen3, PhiFamily.Phi, PhiFamily.Phi3, GemmaFamily.Gemma2, GemmaFamily.Gemma3,
        StableLmFamily.StableLm, OlmoFamily.Olmo2, SmolLmFamily.SmolLm3,
    ];

    /// <summary>All families.</summary>
    public static IReadOnlyList<ModelFamily> All => s_all;

    /// <summary>Class name of this family's reward models.</summary>
    public string RewardArchitecture => (ModelType == "gemma3_text" ? "Gemma3Text" : Architecture.Replace(LanguageModel, "", StringComparison.Ordinal)) + Classifier;

    /// <summary>The family of a config; an unknown one is refused by name.</summary>
    public static ModelFamily Find(ConfigReader config)
    {
        string type = config.Text("model_type");
        return s_all.FirstOrDefault(f => f.ModelType == type)
            ?? throw config.Unsupported("model_type", type, string.Join(", ", s_all.Select(f => f.ModelType)));
    }

    /// <summary>Options of a model, every setting that matters read.</summary>
    public DecoderConfig Load(ConfigReader config)
    {
        config.UseDefaults(Defaults);
        DecoderConfig options = Read(config);
        if (RewardConfig.IsReward(config)) options = RewardConfig.Read(config, options);
        config.RequireAllRead(ModelType);
        Validate(config, options);
        return options;
    }

    private static void Validate(ConfigReader config, DecoderConfig c)
    {
        if (c.Heads % c.KvHeads != 0) throw new SpaException($"{config.File}: num_attention_heads {c.Heads} is not a multiple of num_key_value_heads {c.KvHeads}");
        foreach (RotarySettings rotary in c.Rotaries)
        {
            if (rotary.Dimensions % 2 != 0 || rotary.Dimensions > c.HeadDim || rotary.Dimensions < 2)
                throw new SpaException($"{config.File}: the rotary width {rotary.Dimensions} must be even and at most the head size {c.HeadDim}");
        }
        if ((long)c.VocabSize * c.HiddenSize > int.MaxValue * 64L || c.Layers > 1024)
            throw new SpaException($"{config.File}: {c.Layers} layers, vocabulary {c.VocabSize} and width {c.HiddenSize} are beyond any known model; the file "
                + "is damaged");
    }
}
