using System.Reflection;
using System.Text.Json.Nodes;
using Spa.Engine.Configuration;

namespace Spa.Engine.Pipeline.Demo;

/// <summary>Configurations of the demo's runs: recipes/demo/spa.yaml, which the assembly carries, with model, data and folder filled in.</summary>
internal static class DemoConfiguration
{
    private const string ResourceName = "demo/spa.yaml";

    /// <summary>The loop with a judge, and held-out pairs to evaluate its stages on or none.</summary>
    public static RunConfig Loop(DemoOptions options, DemoData data, string model, string output, string judge, string? evaluation)
    {
        JsonObject spa = new()
        {
            ["judge"] = judge,
            ["seed_dataset"] = data.SeedPath,
            ["prompts"] = new JsonArray([.. data.PromptPaths]),
            ["iterations"] = options.Prompts.Count
        };
        return Bind(options, ConfigurationStage.Run,
            new JsonObject { ["model_name_or_path"] = model, ["eval_dataset"] = evaluation, ["output_dir"] = output, ["spa"] = spa });
    }

    /// <summary>DPO on the seed pairs, at the seed stage's rate, for a number of updates.</summary>
    public static RunConfig SeedOnly(DemoOptions options, DemoData data, string model, string output, int updates)
    {
        double? rate = Loop(options, data, model, output, "implicit", null).Spa.SeedLearningRate;
        return Bind(options, ConfigurationStage.Dpo, new JsonObject
        {
            ["model_name_or_path"] = model,
            ["dataset_name"] = data.SeedPath,
            ["output_dir"] = output,
            ["max_steps"] = updates,
            ["learning_rate"] = rate,
        });
    }

    private static RunConfig Bind(DemoOptions options, ConfigurationStage stage, JsonObject settings)
    {
        using Stream stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(ResourceName)!;
        using StreamReader reader = new(stream);
        ConfigurationDocument document = ConfigurationFile.Parse(reader.ReadToEnd(), ResourceName);
        settings["seed"] = options.Seed;
        foreach (string assignment in options.Overrides.Concat(Assignments(settings, ""))) ConfigurationFile.Apply(document, assignment);
        return RunConfig.Bind(document, stage, out _);
    }

    // JSON is YAML: no path needs quoting of its own.
    private static IEnumerable<string> Assignments(JsonObject settings, string prefix) => settings.SelectMany(s => s.Value is JsonObject inner
        ? Assignments(inner, $"{prefix}{s.Key}.")
        : [$"{prefix}{s.Key}={s.Value?.ToJsonString() ?? "null"}"]);
}
