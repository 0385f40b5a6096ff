using System.CommandLine;
using Spa.Cli.Options;
using Spa.Engine.Compute;
using Spa.Engine.Configuration;
using Spa.Engine.Pipeline;

namespace Spa.Cli.Commands;

/// <summary>The options of commands that a configuration file drives.</summary>
internal sealed class ConfigOptions
{
    /// <param name="required">Whether the command can do nothing without a configuration.</param>
    public ConfigOptions(bool required = true) => Config = Opt.Text("--config", "FILE", "The configuration: YAML or JSON.", required);

    public Option<string?> Config { get; }

    public Option<string[]> Set { get; } = Opt.Texts("--set", "KEY=VALUE", "Override a key, as in spa.iterations=2; may be given several times.");

    public IEnumerable<Option> All => [Config, Set];

    /// <summary>Storage of weights; "auto" is the type that the checkpoint names.</summary>
    public static DType MatrixType(RunConfig config, string? baseModel)
    {
        string dtype = config.Training.Dtype;
        if (dtype == "auto" && config.Training.ModelNameOrPath is { } path)
        {
            using ModelBundle bundle = ModelBundle.Open(path, null, baseModel, rewards: true);
            dtype = bundle.ConfigJson["torch_dtype"]?.ToString() ?? "float32";
        }

        return dtype == "bfloat16" ? DType.BFloat16 : DType.Float32;
    }

    /// <summary>The file's keys give way to <c>--set</c>, and those to the options of every command.</summary>
    public IEnumerable<string> Overrides(CommandContext context)
    {
        List<string> overrides = [.. context.Get(Set) ?? []];
        if (context.GivenDtype is { } dtype) overrides.Add($"dtype={dtype}");
        if (context.GivenSeed is { } seed) overrides.Add($"seed={seed}");
        return overrides;
    }
}
