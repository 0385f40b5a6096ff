namespace Spa.Engine.Configuration;

/// <summary>One key of the configuration file: everything that binding, checking, help and documentation know about it.</summary>
public sealed record ConfigurationKey
{
    /// <summary>Dotted path: <c>beta</c>, <c>spa.sampling.top_p</c>.</summary>
    public required string Path { get; init; }

    public required ConfigurationKind Kind { get; init; }

    /// <summary>The default as YAML text.</summary>
    public required string Default { get; init; }

    /// <summary>One sentence for the user.</summary>
    public required string Description { get; init; }

    /// <summary>Whose name and default this is: a TRL or transformers class, the paper, or Spa.</summary>
    public required string Source { get; init; }

    /// <summary>Whether <c>null</c> may be written.</summary>
    public bool Nullable { get; init; }

    /// <summary>Allowed numbers, for a list each of its items; null for any finite one.</summary>
    public Interval? Range { get; init; }

    /// <summary>Allowed words; empty for any.</summary>
    public IReadOnlyList<string> Choices { get; init; } = [];

    /// <summary>Defaults (as YAML text) where a stage's differs.</summary>
    public IReadOnlyDictionary<ConfigurationStage, string> StageDefaults { get; init; } = new Dictionary<ConfigurationStage, string>();

    /// <summary>Choices where a stage's differ.</summary>
    public IReadOnlyDictionary<ConfigurationStage, string[]> StageChoices { get; init; } = new Dictionary<ConfigurationStage, string[]>();

    /// <summary>Stages that cannot do without a value.</summary>
    public IReadOnlyList<ConfigurationStage> RequiredBy { get; init; } = [];

    /// <summary>The path's last part.</summary>
    public string Name => Path[(Path.LastIndexOf('.') + 1)..];

    /// <summary>The path without its last part; empty at the top.</summary>
    public string Section => Path.Contains('.') ? Path[..Path.LastIndexOf('.')] : "";

    public string DefaultOf(ConfigurationStage stage) => StageDefaults.GetValueOrDefault(stage, Default);

    public IReadOnlyList<string> ChoicesOf(ConfigurationStage stage) => StageChoices.TryGetValue(stage, out string[]? choices) ? choices : Choices;
}
