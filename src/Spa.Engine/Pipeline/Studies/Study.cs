using System.Text.Json.Nodes;
using Spa.Engine.Configuration;

namespace Spa.Engine.Pipeline.Studies;

/// <summary>What <c>spa study</c> runs: experiments, and the claims that they are to decide.</summary>
public sealed record Study
{
    public required string Title { get; init; }

    /// <summary>A configuration of <c>spa run</c> that all arms start from; null: the demo's task, model and recipe.</summary>
    public string? Base { get; init; }

    public required IReadOnlyList<StudyExperiment> Experiments { get; init; }

    public IReadOnlyList<StudyClaim> Claims { get; init; } = [];

    /// <summary>The configuration of an arm of a study with a base.</summary>
    /// <param name="experiment">Of this study.</param>
    /// <param name="arm">Of the experiment.</param>
    /// <param name="seed">One of its seeds.</param>
    /// <param name="overrides">Settings that win over those of the study.</param>
    /// <param name="folder">The run folder.</param>
    /// <exception cref="UsageException">A setting is wrong, or the study is of the demo's task.</exception>
    public RunConfig Configuration(StudyExperiment experiment, StudyArm arm, uint seed, IEnumerable<string> overrides, string folder) =>
        RunConfig.Load(Base ?? throw new UsageException($"'{Title}' is a study of the demo's task, whose data it makes itself; name one with a base configuration"), ConfigurationStage.Run,
            [.. experiment.Overrides, .. arm.Overrides, .. overrides, .. StudyReward.Overrides(arm, folder), $"seed={seed}", $"output_dir={JsonValue.Create(folder).ToJsonString()}"], out _);

    /// <summary>What an arm runs, one after the other, for an estimate: a reward model where it has one, then the loop or policy optimisation.</summary>
    /// <param name="arm">Of an experiment.</param>
    /// <param name="loop">Its configuration.</param>
    public static IReadOnlyList<RunConfig> Stages(StudyArm arm, RunConfig loop) =>
    [
        .. arm.Reward is null ? (IEnumerable<RunConfig>)[] : [StudyReward.Configuration(arm, loop, loop.Spa.SeedDataset ?? "", "")],
        arm.Rloo is null ? loop : StudyRloo.Configuration(arm, loop, "", ""),
    ];

    /// <summary>Reads and checks a study file.</summary>
    /// <exception cref="UsageException">It cannot be read, or a key is unknown, missing or wrong: one line with its place.</exception>
    public static Study Load(string path) => StudyReader.Read(path);
}
