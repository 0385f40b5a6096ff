using System.Reflection;
using System.Text.Json.Nodes;
using Spa.Engine.Configuration;

namespace Spa.Engine.Pipeline.Demo;

/// <summary>Configuration of the demo's run: recipes/demo/spa.yaml, which the assembly carries, with model, data and folder filled in.</summary>
internal static class DemoConfiguration
{
    private const string ResourceName = "demo/spa.yaml";

    /// <summary>The loop with held-out pairs to evaluate its stages on, and its controls if the options ask for them.</summary>
    public static RunConfig Loop(DemoOptions options, DemoData data, string model, string output)
    {
        JsonObject settings = Settings(options, data, model, output);
        (settings["eval_dataset"], settings["spa"]!["judge"]) = (data.EvaluationPath, "implicit");
        settings["spa"]!["controls"] = options.Controls ? new JsonArray("seed_only", "random_judge") : null;
        return Bind([.. options.Overrides, .. Assignments(settings, "")]);
    }

    /// <summary>The loop of a study: the overrides of the options win over everything.</summary>
    public static RunConfig Arm(DemoOptions options, DemoData data, string model, string output) =>
        Bind([.. Assignments(Settings(options, data, model, output), ""), .. options.Overrides]);

    private static JsonObject Settings(DemoOptions options, DemoData data, string model, string output) => new()
    {
        ["model_name_or_path"] = model,
        ["output_dir"] = output,
        ["seed"] = options.Seed,
        ["spa"] = new JsonObject
        {
            ["judging"] = new JsonObject { ["rule"] = DemoGoldJudge.RuleName },
            ["seed_dataset"] = data.SeedPath,
            ["prompts"] = new JsonArray([.. data.PromptPaths]),
            ["iterations"] = options.Prompts.Count,
        },
    };

    private static RunConfig Bind(IEnumerable<string> assignments)
    {
        using Stream stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(ResourceName)!;
        using StreamReader reader = new(stream);
        ConfigurationDocument document = ConfigurationFile.Parse(reader.ReadToEnd(), ResourceName);
        foreach (string assignment in assignments) ConfigurationFile.Apply(document, assignment);
        return RunConfig.Bind(document, ConfigurationStage.Run, out _);
    }

    // JSON is YAML: no path needs quoting of its own.
    private static IEnumerable<string> Assignments(JsonObject settings, string prefix) => settings.SelectMany(s => s.Value is JsonObject inner
        ? Assignments(inner, $"{prefix}{s.Key}.")
        : [$"{prefix}{s.Key}={s.Value?.ToJsonString() ?? "null"}"]);
}
