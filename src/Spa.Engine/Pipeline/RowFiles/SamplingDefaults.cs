using System.Text.Json.Nodes;
using Spa.Engine.Generation;

namespace Spa.Engine.Pipeline.RowFiles;

/// <summary>How a model wants to be sampled from: what its generation_config.json says, and this engine's defaults for the rest.</summary>
public static class SamplingDefaults
{
    /// <summary>Settings that the command line then overrides. <c>do_sample: false</c> means greedy.</summary>
    public static SamplingSettings Of(ModelBundle bundle)
    {
        SamplingSettings settings = new() { StopTokens = bundle.RowTokenizer.EndIds };
        if (bundle.GenerationConfig is not { } config) return settings;
        double temperature = Number(config, "temperature") ?? settings.Temperature;
        bool greedy = config["do_sample"] is JsonValue sample && sample.TryGetValue(out bool samples) && !samples;
        return settings with
        {
            Temperature = greedy ? 0 : temperature,
            TopP = Number(config, "top_p") ?? settings.TopP,
            TopK = (int)(Number(config, "top_k") ?? settings.TopK),
            MaxNewTokens = (int)(Number(config, "max_new_tokens") ?? settings.MaxNewTokens),
        };
    }

    private static double? Number(JsonObject config, string key) =>
        config[key] is JsonValue value && value.TryGetValue(out double number) && number >= 0 && number < int.MaxValue ? number : null;
}
