namespace Spa.Engine.Configuration;

/// <summary>
/// The one table of configuration keys. Binding, checks, spelling hints, <c>--help</c> and docs/configuration.md are made from it; the
/// records <see cref="TrainingConfig"/> and <see cref="SpaConfig"/> have one property for each key. TRL's names and defaults are those of
/// TRL 1.x on transformers 5 (DPOConfig, SFTConfig, RewardConfig, ModelConfig, ScriptArguments, TrainingArguments).
/// </summary>
public static partial class ConfigurationKeys
{
    private const string Dpo = "TRL DPOConfig";
    private const string Sft = "TRL SFTConfig";
    private const string RlooConfig = "TRL RLOOConfig";
    private const string Base = "TRL base config";
    private const string Model = "TRL ModelConfig";
    private const string Script = "TRL ScriptArguments";
    private const string Arguments = "transformers TrainingArguments";
    private const string Paper = "SPA paper";
    private const string Own = "Spa";

    private static readonly ConfigurationStage[] s_always = [ConfigurationStage.Sft, ConfigurationStage.Dpo, ConfigurationStage.Reward, ConfigurationStage.Rloo, ConfigurationStage.Run];
    private static readonly ConfigurationStage[] s_oneStage = [ConfigurationStage.Sft, ConfigurationStage.Dpo, ConfigurationStage.Reward, ConfigurationStage.Rloo];

    /// <summary>Every key, in the order of the documentation and of a saved configuration.</summary>
    public static IReadOnlyList<ConfigurationKey> All { get; } =
        [.. ModelAndData(), .. Loss(), .. Policy(), .. Lengths(), .. Optimisation(), .. Keeping(), .. Adapter(), .. Refinement()];

    private static readonly Dictionary<string, ConfigurationKey> s_byPath = All.ToDictionary(key => key.Path, StringComparer.Ordinal);
    private static readonly HashSet<string> s_sections = [.. All.Select(key => key.Section).Where(section => section.Length > 0)];

    /// <summary>The key of a dotted path, or null.</summary>
    public static ConfigurationKey? Find(string path) => s_byPath.GetValueOrDefault(path);

    /// <summary>True for <c>spa</c>, <c>spa.sampling</c> and the like: mappings that hold keys.</summary>
    public static bool IsSection(string path) => s_sections.Contains(path);

    private static ConfigurationKey Text(string path, string fallback, string source, string description) =>
        Key(path, ConfigurationKind.Text, fallback, source, description);

    private static ConfigurationKey Texts(string path, string fallback, string source, string description) =>
        Key(path, ConfigurationKind.TextList, fallback, source, description);

    private static ConfigurationKey Flag(string path, string fallback, string source, string description) =>
        Key(path, ConfigurationKind.Boolean, fallback, source, description);

    private static ConfigurationKey Whole(string path, string fallback, string range, string source, string description) =>
        Key(path, ConfigurationKind.Integer, fallback, source, description) with { Range = new Interval(range) };

    private static ConfigurationKey Number(string path, string fallback, string range, string source, string description) =>
        Key(path, ConfigurationKind.Number, fallback, source, description) with { Range = new Interval(range) };

    private static ConfigurationKey Choice(string path, string fallback, string[] choices, string source, string description) =>
        Key(path, ConfigurationKind.Choice, fallback, source, description) with { Choices = choices };

    private static ConfigurationKey Choices(string path, string fallback, string[] choices, string source, string description) =>
        Key(path, ConfigurationKind.ChoiceList, fallback, source, description) with { Choices = choices };

    private static ConfigurationKey Key(string path, ConfigurationKind kind, string fallback, string source, string description) => new()
    {
        Path = path,
        Kind = kind,
        Default = fallback,
        Description = description,
        Source = source,
        Nullable = fallback == "null",
    };
}
